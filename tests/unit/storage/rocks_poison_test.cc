// SPDX-License-Identifier: Apache-2.0
//
// S-5: what a store does when the disk fails.

#include "conformance/store_fixture.h"
#include "held_env.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace idem::storage {
namespace {

using ::idem::testing::Entries;
using ::idem::testing::HeldEnv;
using ::idem::testing::Plan;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;

// What fails, for files whose names end in `suffix`.
struct Faults {
  std::string suffix;
  std::atomic<bool> append = false;
  std::atomic<bool> sync = false;
  std::atomic<bool> linger = false;     // an append that fails takes a while
  std::atomic<bool> appending = false;  // one has begun to
};

rocksdb::IOStatus Broken() { return rocksdb::IOStatus::IOError("the test broke the disk"); }

class FailingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, Faults* faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return faults_->append ? Fail() : FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* debug) override {
    return faults_->append ? Fail()
                           : FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return faults_->sync ? Broken() : FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return faults_->sync ? Broken() : FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  rocksdb::IOStatus Fail() {
    faults_->appending = true;
    if (faults_->linger) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return Broken();
  }

  Faults* faults_;
};

class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingFileSystem(Faults* faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(faults) {}

  const char* Name() const override { return "FailingFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && name.ends_with(faults_->suffix)) {
      *file = std::make_unique<FailingFile>(std::move(*file), faults_);
    }
    return status;
  }

 private:
  Faults* faults_;
};

class RocksPoison : public ::testing::Test {
 protected:
  // A store on a disk on which files with this suffix can be made to fail.
  void Open(std::string suffix) {
    faults_.suffix = std::move(suffix);
    env_ = rocksdb::NewCompositeEnv(std::make_shared<FailingFileSystem>(&faults_));
    held_ = std::make_unique<HeldEnv>(env_.get());
    SinkOptions options;
    options.write_buffer_bytes = 64 << 10;
    store_ = OpenRocksStore(path(), options, {}, held_.get()).value();
    Plan().Put("a", "1").CommitTo(store_.get(), Durability::kSync).value();
  }

  std::filesystem::path path() const { return directory_.path() / "store"; }

  void ExpectPoisoned() {
    faults_.append = faults_.sync = false;  // the disk is well again: that changes nothing
    EXPECT_EQ(Plan().Put("b", "3").CommitTo(store_.get()).error().code(), ErrorCode::kPoisoned);
    EXPECT_EQ(Plan().CommitTo(store_.get()).error().code(), ErrorCode::kPoisoned);
    EXPECT_EQ(store_->Sync().error().code(), ErrorCode::kPoisoned);
    EXPECT_EQ(store_->TakeEpoch().error().code(), ErrorCode::kPoisoned);
    EXPECT_EQ(store_->Sync().error().next_step(), NextStep::kReopen);
    EXPECT_EQ(ScanAll(*store_).at("a"), "1") << "reads go on";
    store_.reset();
    store_ = OpenRocksStore(path(), {}).value();
    EXPECT_EQ(ScanAll(*store_).at("a"), "1");
    Plan().Put("b", "4").CommitTo(store_.get(), Durability::kSync).value();
    EXPECT_EQ(ScanAll(*store_).at("b"), "4");
  }

  Faults faults_;
  TempDirectory directory_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<HeldEnv> held_;
  std::unique_ptr<Store> store_;
};

// RocksDB's own sync within a write would keep the log that the other sync waits for, and the
// failed append waits for that one to be over.
TEST_F(RocksPoison, ADurableCommitThatFailsBesideASyncEndsAndPoisons) {
  Open(".log");
  faults_.append = faults_.linger = true;
  auto commit = std::async(std::launch::async, [this] {
    return Plan().Put("a", "2").CommitTo(store_.get(), Durability::kSync);
  });
  while (!faults_.appending) std::this_thread::yield();
  auto sync = std::async(std::launch::async, [this] { return store_->Sync(); });
  ASSERT_EQ(commit.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  ASSERT_EQ(sync.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(commit.get().error().code(), ErrorCode::kCommitUnknown);
  static_cast<void>(sync.get());  // it had begun before: either answer is true
  ExpectPoisoned();
}

// What fails before RocksDB takes the files over fails without effect, and ends nothing.
TEST_F(RocksPoison, FilesOfABulkCommitThatCannotBeWrittenRejectIt) {
  Open("IDEM_BULK_0");
  const Entries before = ScanAll(*store_);
  for (std::atomic<bool>* fault : {&faults_.append, &faults_.sync}) {
    *fault = true;
    const Result<void> refused =
        Plan().Put("a", "2").Put(RowKey("b"), "2").Bulk().CommitTo(store_.get());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kIoError);
    EXPECT_EQ(refused.error().next_step(), NextStep::kRetry);
    EXPECT_EQ(ScanAll(*store_), before);
    EXPECT_FALSE(std::filesystem::exists(path() / "IDEM_BULK_0"));
    *fault = false;
  }
  Plan().Put("a", "2").Put(RowKey("b"), "2").Bulk().CommitTo(store_.get()).value();
  EXPECT_EQ(ScanAll(*store_), (Entries{{"a", "2"}, {RowKey("b"), "2"}}));
}

TEST_F(RocksPoison, AFailedAppendIsUnknown) {
  Open(".log");
  faults_.append = true;
  const Result<void> commit = Plan().Put("b", "2").CommitTo(store_.get(), Durability::kAsync);
  ASSERT_FALSE(commit);
  EXPECT_EQ(commit.error().code(), ErrorCode::kCommitUnknown);
  EXPECT_EQ(commit.error().next_step(), NextStep::kReopen);
  ExpectPoisoned();
}

TEST_F(RocksPoison, AFailedSyncOfACommitIsUnknown) {
  Open(".log");
  faults_.sync = true;
  Plan().Put("b", "1").CommitTo(store_.get(), Durability::kAsync).value();
  EXPECT_EQ(Plan().Put("b", "2").CommitTo(store_.get(), Durability::kSync).error().code(),
            ErrorCode::kCommitUnknown);
  ExpectPoisoned();
}

TEST_F(RocksPoison, AFailedSyncIsUnknown) {
  Open(".log");
  Plan().Put("b", "2").CommitTo(store_.get(), Durability::kAsync).value();
  faults_.sync = true;
  EXPECT_EQ(store_->Sync().error().code(), ErrorCode::kCommitUnknown);
  ExpectPoisoned();
}

TEST_F(RocksPoison, AFailedEpochIsUnknown) {
  Open(".log");
  faults_.append = true;
  EXPECT_EQ(store_->TakeEpoch().error().code(), ErrorCode::kCommitUnknown);
  ExpectPoisoned();
}

// A flush that fails in the background: what was acknowledged is in the log and comes back.
TEST_F(RocksPoison, AFailedFlushEndsWritingAndLosesNothing) {
  Open(".sst");
  faults_.append = true;
  int acknowledged = 0;
  while (acknowledged < 250 && Plan()
                                   .Put(RowKey(std::to_string(acknowledged)), std::string(500, 'x'))
                                   .CommitTo(store_.get(), Durability::kAsync)) {
    ++acknowledged;
  }
  // Sync by itself succeeds: that it stops is the background's doing.
  Result<void> sync = store_->Sync();
  for (int i = 0; i < 1'000 && sync; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    sync = store_->Sync();
  }
  ASSERT_FALSE(sync);
  EXPECT_EQ(sync.error().code(), ErrorCode::kPoisoned);
  ExpectPoisoned();
  const auto view = store_->NewView().value();
  for (int i = 0; i < acknowledged; ++i) {
    ASSERT_TRUE(view->Get(RowKey(std::to_string(i))).value().has_value()) << i;
  }
}

// Who waits for a flush that fails is not told to come again later.
TEST_F(RocksPoison, ABulkCommitWhoseFlushFailsIsNotStalled) {
  Open(".sst");
  faults_.append = true;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Plan().Put("a", "2").Bulk().CommitTo(store_.get()).error().code(),
            ErrorCode::kPoisoned);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  ExpectPoisoned();
}

TEST_F(RocksPoison, ACommitWhoseFlushFailsIsNotStalled) {
  Open(".sst");
  held_->Hold(rocksdb::Env::HIGH);
  const auto commit = [this](int number) {
    return Plan()
        .Put(RowKey(std::to_string(number)), std::string(4'000, 'x'))
        .CommitTo(store_.get(), Durability::kAsync);
  };
  auto committed = std::async(std::launch::async, [&] {
    int number = 0;
    Result<void> last = commit(number);
    while (last && number < 1'000) last = commit(++number);
    return last;
  });
  while (store_->StalledMicros() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  faults_.append = true;
  const auto begin = std::chrono::steady_clock::now();
  held_->Release();
  const Result<void> refused = committed.get();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5))
      << "it waits no more";
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kPoisoned) << refused.error().ToString();
  ExpectPoisoned();
}

}  // namespace
}  // namespace idem::storage
