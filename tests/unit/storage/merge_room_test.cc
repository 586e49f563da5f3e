// SPDX-License-Identifier: Apache-2.0
//
// A merge of files that does not fit on the disk is left out, and one that was begun has its room.

#include "storage/rocks/merge_room.h"

#include "conformance/store_fixture.h"
#include "count_files.h"
#include "room_file_system.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/space_guard.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace idem::storage {
namespace {

using ::idem::testing::CountFiles;
using ::idem::testing::Plan;
using ::idem::testing::RoomFileSystem;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;

// Counts how often RocksDB says that it left a merge out.
class CountingLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view text) noexcept override {
    if (text.find("Compaction too large") != std::string_view::npos) ++left_out;
  }
  std::atomic<int> left_out = 0;
};

template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 6'000 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

class MergeRoomTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kWriteBuffer = 64 << 10;

  void Open() {
    store_.reset();
    SinkOptions options;
    options.write_buffer_bytes = kWriteBuffer;
    options.keep_free_bytes = 0;
    options.stall_wait_ms = 20'000;
    options.logger = &logger_;
    store_ = OpenRocksStore(path(), options, {}, env_.get()).value();
  }
  std::filesystem::path path() const { return directory_.path() / "store"; }

  // Bytes that no compression makes fewer.
  static std::string Value(int number, std::size_t size) {
    std::string value;
    for (std::uint64_t x = static_cast<std::uint64_t>(number) + 1; value.size() < size;) {
      x = x * 6364136223846793005U + 1442695040888963407U;
      value.push_back(static_cast<char>(x >> 56));
    }
    return value;
  }
  Result<void> Commit(int number) {
    return Plan().Put(RowKey(std::to_string(number)), Value(number, 4'000)).CommitTo(store_.get());
  }
  // One file, and nothing in memory.
  Result<void> CommitBulk(int number, std::size_t bytes) {
    Plan plan;
    plan.Put("every one has it", "value").Put(RowKey(std::to_string(number)), Value(number, bytes));
    return plan.Bulk().CommitTo(store_.get());
  }

  std::size_t SortedFiles() const { return CountFiles(path(), ".sst"); }

  const TempDirectory directory_;
  const std::shared_ptr<RoomFileSystem> disk_ = std::make_shared<RoomFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  CountingLogger logger_;
  std::unique_ptr<Store> store_;
};

TEST_F(MergeRoomTest, AMergeThatDoesNotFitIsLeftOutUntilItDoes) {
  disk_->room = 4 * kWriteBuffer;
  Open();
  int number = 0;
  while (number < 2'000 && SortedFiles() < 12U) ASSERT_TRUE(Commit(number++));
  EXPECT_TRUE(Eventually([&] { return logger_.left_out > 0; }));
  EXPECT_GE(SortedFiles(), 12U);
  EXPECT_TRUE(store_->CheckWriter(0)) << "that ends nothing";
  EXPECT_GT(store_->ReadPressure().pending_compaction_bytes, kWriteBuffer);

  logger_.left_out = 0;
  Open();
  EXPECT_TRUE(Eventually([&] { return logger_.left_out > 0; })) << "an opening merges neither";
  const Result<void> committed = Commit(number++);
  EXPECT_TRUE(committed) << committed.error().message();

  disk_->room = UINT64_MAX;
  while (number < 4'000 && SortedFiles() >= 8U) {
    ASSERT_TRUE(Commit(number++));
    if (number % 16 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_LT(SortedFiles(), 8U);
  EXPECT_TRUE(store_->Sync());
  EXPECT_EQ(ScanAll(*store_).size(), static_cast<std::size_t>(number));
}

// Without a flush nothing else would look again what is free.
TEST_F(MergeRoomTest, FilesThatAreTakenOverAreNotMergedIntoAFullDisk) {
  Open();
  int number = 0;
  constexpr std::size_t kRuns = kRunsBeforeMerge;
  while (SortedFiles() + 1 < kRuns) ASSERT_TRUE(CommitBulk(number++, kWriteBuffer));
  disk_->room = 0;
  ASSERT_TRUE(CommitBulk(number, kWriteBuffer));  // now they are merged
  EXPECT_TRUE(Eventually([&] { return logger_.left_out > 0 || SortedFiles() < kRuns; }));
  EXPECT_GT(logger_.left_out, 0);
  EXPECT_TRUE(store_->CheckWriter(0));
}

TEST_F(MergeRoomTest, RoomThatComesWhileABulkCommitWaitsIsSeen) {
  disk_->room = 0;
  Open();
  int number = 0;
  while (number < 100 && !store_->ReadPressure().stopped) ASSERT_TRUE(CommitBulk(number++, 100));
  ASSERT_TRUE(store_->ReadPressure().stopped) << "too many files";
  const std::uint64_t waited = store_->StalledMicros();
  auto committed = std::async(std::launch::async, [&] { return CommitBulk(number, 100); });
  EXPECT_TRUE(Eventually([&] { return store_->StalledMicros() > waited; }));
  disk_->room = UINT64_MAX;
  EXPECT_TRUE(committed.get());
}

TEST_F(MergeRoomTest, WhatMergesHaveStillToWriteIsKeptFree) {
  const std::string input = (directory_.path() / "1.sst").string();
  std::ofstream(input) << std::string(10'000, 'x');
  rocksdb::Options options;
  options.env = env_.get();
  options.write_buffer_size = kWriteBuffer;
  const MergeRoom merges(&options, directory_.path().string(), 1'000);
  SpaceGuard guard(disk_, &merges, directory_.path().string(), 1'000);
  disk_->room = 8'000;
  EXPECT_TRUE(guard.Check(100));

  rocksdb::EventListener& events = *options.listeners.back();
  rocksdb::CompactionJobInfo merge;
  merge.job_id = 7;
  merge.input_files = {input, input};
  events.OnCompactionBegin(nullptr, merge);
  EXPECT_EQ(merges.PendingBytes(), 20'000U);
  EXPECT_EQ(guard.Check(100).error().code(), ErrorCode::kNoSpace);
  EXPECT_TRUE(guard.IsLow(8'000));

  rocksdb::TableFileCreationInfo file;
  file.job_id = 7;
  file.file_size = 15'000;
  events.OnTableFileCreated(file);
  EXPECT_EQ(merges.PendingBytes(), 5'000U);
  EXPECT_TRUE(guard.Check(100));
  file.job_id = 8;  // a flush
  events.OnTableFileCreated(file);
  EXPECT_EQ(merges.PendingBytes(), 5'000U);
  events.OnCompactionCompleted(nullptr, merge);
  EXPECT_EQ(merges.PendingBytes(), 0U);
  EXPECT_FALSE(guard.IsLow(1'000));
}

}  // namespace
}  // namespace idem::storage
