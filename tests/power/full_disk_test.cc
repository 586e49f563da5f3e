// SPDX-License-Identifier: Apache-2.0
//
// A disk in memory that fills up: what a host meets, and that nothing is lost on the way.

#include <idem/idem.h>

#include "power/crash_file_system.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace idem::power {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// A CrashFileSystem with so much room and no more.
class SmallDisk final : public rocksdb::FileSystemWrapper {
 public:
  SmallDisk(const std::string& root, std::uint64_t capacity)
      : FileSystemWrapper(std::make_shared<CrashFileSystem>(root, Disk())),
        root_(root),
        capacity_(capacity) {}

  const char* Name() const override { return "idem.SmallDisk"; }

  void Grow(std::uint64_t capacity) { capacity_ = capacity; }
  std::uint64_t refused() const { return refused_; }

  std::uint64_t Free() {
    std::vector<std::string> names;
    if (!GetChildren(root_, IOOptions(), &names, nullptr).ok()) return 0;
    std::uint64_t used = 0;
    for (const std::string& name : names) {
      std::uint64_t bytes = 0;
      if (GetFileSize(root_ + "/" + name, IOOptions(), &bytes, nullptr).ok()) used += bytes;
    }
    return capacity_ - std::min<std::uint64_t>(capacity_, used);
  }
  bool Take(std::uint64_t bytes) {
    if (bytes <= Free()) return true;
    ++refused_;
    return false;
  }

  IOStatus GetFreeSpace(const std::string&, const IOOptions&, std::uint64_t* free,
                        IODebugContext*) override {
    *free = Free();
    return IOStatus::OK();
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override;

 private:
  const std::string root_;
  std::atomic<std::uint64_t> capacity_;
  std::atomic<std::uint64_t> refused_ = 0;
};

class SmallFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  SmallFile(std::unique_ptr<rocksdb::FSWritableFile> file, SmallDisk* disk)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return disk_->Take(data.size()) ? FSWritableFileOwnerWrapper::Append(data, options, debug)
                                    : IOStatus::NoSpace("the disk is full");
  }

 private:
  SmallDisk* disk_;
};

IOStatus SmallDisk::NewWritableFile(const std::string& path, const FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    IODebugContext* debug) {
  IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<SmallFile>(std::move(*file), this);
  return status;
}

class FullDisk : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kWriteBuffer = 64 << 10;
  static constexpr std::uint64_t kCapacity = 1 << 20;
  static constexpr std::int64_t kRecords = 1'000;  // three times what fits

  void Open(std::uint64_t keep_free) {
    SinkOptions options;
    options.write_buffer_bytes = kWriteBuffer;
    options.keep_free_bytes = keep_free;
    const auto open_store =
        [this](const SinkOptions& given) -> Result<std::shared_ptr<storage::Store>> {
      auto store = storage::OpenRocksStore(root_, given, {}, env_.get());
      if (!store) return store.error();
      return std::shared_ptr<storage::Store>(*std::move(store));
    };
    sink_ = SinkImpl::Open(open_store, options).value();
  }

  // Offers the record of this offset, which nothing makes smaller.
  Result<CommitReport> Offer(std::int64_t offset) {
    auto table = sink_->OpenTable("log", {.mode = TableMode::kAppend});
    if (!table) return table.error();
    std::string value;
    for (std::uint64_t x = static_cast<std::uint64_t>(offset) + 1; value.size() < 3'000;) {
      x = x * 6364136223846793005U + 1442695040888963407U;
      value.push_back(static_cast<char>(x >> 56));
    }
    Batch batch;
    batch.From({.source = "s", .offset = offset});
    batch.Insert(*table, {offset}, value);
    return sink_->Commit(batch);
  }

  // Offers from `*next` on until a commit fails or all are done.
  Result<void> OfferUpTo(std::int64_t end, std::int64_t* next) {
    for (; *next < end; ++*next) {
      auto report = Offer(*next);
      if (!report) return report.error();
    }
    return {};
  }

  // The same until the disk stays full: a merge that ends meanwhile makes room again.
  Result<void> OfferUntilFull(std::int64_t* next) {
    for (int refusals = 0;;) {
      const std::int64_t before = *next;
      auto offered = OfferUpTo(kRecords, next);
      if (offered || offered.error().code() != ErrorCode::kNoSpace) return offered;
      refusals = *next == before ? refusals + 1 : 0;
      if (refusals == 10) return offered;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  void ExpectAllOnce() {
    const auto verified = sink_->NewSnapshot().value().Verify().value();
    EXPECT_TRUE(verified.ok());
    EXPECT_EQ(verified.rows, static_cast<std::uint64_t>(kRecords));
    EXPECT_EQ(sink_->ResumeFrom("s").value().at(0).next, kRecords);
  }

  const testing::TempDirectory directory_;
  const std::string root_ = (std::filesystem::canonical(directory_.path()) / "store").string();
  const std::shared_ptr<SmallDisk> disk_ = std::make_shared<SmallDisk>(root_, kCapacity);
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::unique_ptr<IdempotentSink> sink_;
};

TEST_F(FullDisk, WithAFloorCommitsAreRefusedAndGoOnByThemselves) {
  Open(/*keep_free=*/8 * kWriteBuffer);
  std::int64_t next = 0;
  const Result<void> refused = OfferUntilFull(&next);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kNoSpace) << refused.error().message();
  EXPECT_GT(next, 0);
  EXPECT_EQ(sink_->ReadHealth().state, HealthState::kLowOnSpace);
  EXPECT_EQ(sink_->ResumeFrom("s").value().at(0).next, next) << "everything before it is there";
  EXPECT_EQ(Offer(next).error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(Offer(0).value().count(Verdict::kReplayed), 1U) << "what writes nothing needs no room";
  EXPECT_EQ(disk_->refused(), 0U) << "what is kept free is enough for the background";

  disk_->Grow(16 * kCapacity);
  const Result<void> finished = OfferUpTo(kRecords, &next);
  ASSERT_TRUE(finished) << finished.error().message();
  EXPECT_EQ(sink_->ReadHealth().state, HealthState::kOk);
  ExpectAllOnce();
}

TEST_F(FullDisk, WithoutAFloorTheHandleEndsAndReopeningGoesOn) {
  Open(/*keep_free=*/0);
  std::int64_t next = 0;
  const Result<void> failed = OfferUpTo(kRecords, &next);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().next_step(), NextStep::kReopen) << failed.error().ToString();
  EXPECT_EQ(sink_->ReadHealth().state, HealthState::kPoisoned);
  EXPECT_GT(disk_->refused(), 0U);

  disk_->Grow(16 * kCapacity);
  Reopened reopened = IdempotentSink::Reopen(std::move(sink_)).value();
  sink_ = std::move(reopened.sink);
  const std::int64_t found = reopened.sources.at(0).points.at(0).next;
  EXPECT_GE(found, next) << "an acknowledged commit is missing";
  EXPECT_LE(found, next + 1) << "more is there than was offered";
  next = found;
  const Result<void> finished = OfferUpTo(kRecords, &next);
  ASSERT_TRUE(finished) << finished.error().message();
  ExpectAllOnce();
}

}  // namespace
}  // namespace idem::power
