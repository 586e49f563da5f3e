// SPDX-License-Identifier: Apache-2.0
//
// Stores that share a budget of memory: the sum of their write buffers stays within it, the one
// with the most gives way, and none waits for another.

#include <idem/memory_budget.h>

#include "conformance/store_fixture.h"
#include "count_files.h"
#include "hanging_file_system.h"
#include "held_env.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace idem::storage {
namespace {

using ::idem::testing::CountFiles;
using ::idem::testing::HangingFileSystem;
using ::idem::testing::HeldEnv;
using ::idem::testing::Plan;
using ::idem::testing::ReadAll;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;

constexpr std::size_t kBudget = 512 << 10;
constexpr std::size_t kWriteBuffer = kBudget / 2;
constexpr std::size_t kValueBytes = 4'000;

// What two stores may hold: the contract names a batch, and a quarter of each write buffer.
constexpr std::size_t kBound = kBudget + 2 * (kWriteBuffer / 4) + 2 * kValueBytes;

std::size_t SortedFiles(const std::filesystem::path& directory) {
  return CountFiles(directory, ".sst");
}

class MemoryBudgetTest : public ::testing::Test {
 protected:
  MemoryBudgetTest() {
    options_.memory_budget = &memory_;
    options_.write_buffer_bytes = 2 * kBudget;  // the budget allows a quarter of it
  }
  ~MemoryBudgetTest() override { held_.Release(); }

  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }

  std::unique_ptr<Store> Open(const std::string& name,
                              rocksdb::Env* env = rocksdb::Env::Default()) {
    return OpenRocksStore(path(name), options_, {}, env).value();
  }

  static Result<void> Commit(Store* store, int number) {
    return Plan()
        .Put(RowKey(std::to_string(number)), std::string(kValueBytes, 'x'))
        .CommitTo(store);
  }

  static int CommitUntilStalled(Store* store) {
    for (int number = 0; number < 5'000; ++number) {
      const Result<void> committed = Commit(store, number);
      if (committed) continue;
      EXPECT_EQ(committed.error().code(), ErrorCode::kStalled) << committed.error().message();
      return number;
    }
    ADD_FAILURE() << "nothing was refused";
    return 0;
  }

  static std::uint64_t MemtableBytes(const Store& store) {
    return store.ReadPressure().memtable_bytes;
  }

  // The most that two stores held while they wrote in turn.
  std::uint64_t MostWhileWriting(Store* one, Store* other) {
    std::uint64_t most = 0;
    for (int number = 0; number < 600; ++number) {
      EXPECT_TRUE(Commit(one, number));
      EXPECT_TRUE(Commit(other, number));
      most = std::max(most, MemtableBytes(*one) + MemtableBytes(*other));
    }
    return most;
  }

  MemoryBudget memory_{{.write_buffer_bytes = kBudget, .cache_bytes = 1 << 20}};
  SinkOptions options_;
  const TempDirectory directory_;
  HeldEnv held_;
};

TEST_F(MemoryBudgetTest, TheSumStaysWithinTheBudget) {
  const auto one = Open("one");
  const auto other = Open("other");
  EXPECT_LE(MostWhileWriting(one.get(), other.get()), kBound);
  EXPECT_LE(memory_.ReadUsage().write_buffer_bytes, kBound);
  EXPECT_EQ(ScanAll(*one).size(), 600U);
  EXPECT_EQ(ScanAll(*other).size(), 600U);
}

TEST_F(MemoryBudgetTest, WithoutOneTheSumIsThatOfTheWriteBuffers) {
  options_.memory_budget = nullptr;
  const auto one = Open("one");
  const auto other = Open("other");
  EXPECT_GT(MostWhileWriting(one.get(), other.get()), kBound);
  EXPECT_EQ(memory_.ReadUsage().write_buffer_bytes, 0U);
}

TEST_F(MemoryBudgetTest, AllOfAMemtableIsCounted) {
  const auto store = Open("store");
  const std::size_t empty = memory_.ReadUsage().write_buffer_bytes;
  EXPECT_GE(empty, kWriteBuffer / 32) << "8 bytes of table for each 256 of the buffer";
  for (int number = 0; number < 20; ++number) ASSERT_TRUE(Commit(store.get(), number));
  EXPECT_GE(memory_.ReadUsage().write_buffer_bytes, kWriteBuffer / 32 + 20 * kValueBytes);
  EXPECT_GE(memory_.ReadUsage().write_buffer_bytes, MemtableBytes(*store));
}

TEST_F(MemoryBudgetTest, WhoHoldsTheMostIsWrittenOutAlthoughItStandsStill) {
  const auto still = Open("still");
  const auto busy = Open("busy");
  for (int number = 0; number < 40; ++number) ASSERT_TRUE(Commit(still.get(), number));
  EXPECT_EQ(SortedFiles(path("still")), 0U);
  // Together a little more than half of the budget, of which `busy` has less.
  for (int number = 0; number < 35; ++number) ASSERT_TRUE(Commit(busy.get(), number));
  for (int i = 0; i < 1'000 && SortedFiles(path("still")) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(SortedFiles(path("still")), 1U);
  EXPECT_EQ(SortedFiles(path("busy")), 0U);
}

// Of many stores the empty memtables alone are half of the budget. What each has besides is not
// worth a file.
TEST_F(MemoryBudgetTest, OfManyStoresNoneIsWrittenOutForNextToNothing) {
  std::vector<std::unique_ptr<Store>> stores;
  while (memory_.ReadUsage().write_buffer_bytes < kBudget / 2) {
    stores.push_back(Open(std::to_string(stores.size())));
  }
  EXPECT_GT(stores.size(), 8U);
  for (const auto& store : stores) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(Plan().Put("a", "value").CommitTo(store.get()));
  }
  stores.clear();  // a flush that was asked for has begun, and with it another log
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_EQ(SortedFiles(entry.path()), 0U) << entry.path();
    EXPECT_EQ(CountFiles(entry.path(), ".log"), 1U) << entry.path();
  }
}

TEST_F(MemoryBudgetTest, FlushesThatDoNotEndStallCommitsAndMemoryStaysBounded) {
  options_.stall_wait_ms = 50;
  const auto one = Open("one", &held_);
  const auto other = Open("other", &held_);
  held_.Hold(rocksdb::Env::HIGH);
  EXPECT_FALSE(other->ReadPressure().stopped);
  const int refused = CommitUntilStalled(one.get());
  EXPECT_GT(refused, 40) << "half of the budget takes more than that";
  const int refused_too = CommitUntilStalled(other.get());
  EXPECT_TRUE(other->ReadPressure().stopped) << "though RocksDB by itself would go on";
  EXPECT_LE(MemtableBytes(*one) + MemtableBytes(*other), kBound);
  EXPECT_LE(memory_.ReadUsage().write_buffer_bytes, kBound);
  EXPECT_GT(one->StalledMicros(), 0U);
  held_.Release();
  const auto goes_on = [](Store* store, int number) {
    Result<void> committed = Commit(store, number);
    for (int i = 0; i < 500 && !committed; ++i) committed = Commit(store, number);
    return committed;
  };
  EXPECT_TRUE(goes_on(one.get(), refused));
  EXPECT_TRUE(goes_on(other.get(), refused_too));
  EXPECT_EQ(ScanAll(*one).size(), static_cast<std::size_t>(refused) + 1);
  EXPECT_EQ(ScanAll(*other).size(), static_cast<std::size_t>(refused_too) + 1);
}

TEST_F(MemoryBudgetTest, NoStoreWaitsForTheRowsOfAnother) {
  options_.stall_wait_ms = 50;
  const auto stuck = Open("stuck", &held_);
  held_.Hold(rocksdb::Env::HIGH);
  CommitUntilStalled(stuck.get());
  options_.stall_wait_ms = 60'000;
  const auto free = Open("free");
  for (int number = 0; number < 100; ++number) ASSERT_TRUE(Commit(free.get(), number));
  EXPECT_EQ(Commit(stuck.get(), 5'000).error().code(), ErrorCode::kStalled);
  EXPECT_LE(memory_.ReadUsage().write_buffer_bytes, kBound);
}

// Two stores, of which one is on a disk that hangs, and has the most in memory.
class HungBudgetTest : public MemoryBudgetTest {
 protected:
  // The disk hangs for files with this suffix.
  void ExpectTheOtherGoesOn(const std::string& suffix,
                            HangingFileSystem::Hangs what = HangingFileSystem::Hangs::kWrites) {
    const auto disk = std::make_shared<HangingFileSystem>(suffix, what);
    const auto env = rocksdb::NewCompositeEnv(disk);
    const auto hung = Open("hung", env.get());
    for (int number = 0; number < 40; ++number) ASSERT_TRUE(Commit(hung.get(), number));
    const auto free = Open("free");
    disk->gate().Close();
    auto committed = std::async(std::launch::async, [&] {
      int number = 0;
      while (number < 300 && Commit(free.get(), number)) ++number;
      return number;
    });
    disk->gate().AwaitSomebody();
    EXPECT_EQ(committed.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    EXPECT_EQ(SortedFiles(path("hung")), what == HangingFileSystem::Hangs::kSizes ? 1U : 0U);
    EXPECT_LE(memory_.ReadUsage().write_buffer_bytes, kBound);
    disk->gate().Open();
    EXPECT_EQ(committed.get(), 300);
    EXPECT_TRUE(Commit(hung.get(), 40));
    EXPECT_EQ(ScanAll(*hung).size(), 41U);
    EXPECT_EQ(ScanAll(*free).size(), 300U);
  }
};

// To begin a flush is to sync a log and to make the next one.
TEST_F(HungBudgetTest, AFlushThatCannotBeginHoldsNoOtherStore) { ExpectTheOtherGoesOn(".log"); }

TEST_F(HungBudgetTest, AFlushThatDoesNotEndHoldsNoOtherStore) { ExpectTheOtherGoesOn(".sst"); }

TEST_F(HungBudgetTest, AFlushThatHangsWithRocksDbsMutexHoldsNoOtherStore) {
  ExpectTheOtherGoesOn(".sst", HangingFileSystem::Hangs::kSizes);
}

// A disk on which memory runs out for who writes to a log.
class NoMemoryFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  NoMemoryFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::atomic<bool>* fails)
      : FSWritableFileOwnerWrapper(std::move(file)), fails_(fails) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (*fails_) throw std::bad_alloc();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }

 private:
  const std::atomic<bool>* const fails_;
};

class NoMemoryFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  NoMemoryFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "NoMemoryFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && name.ends_with(".log")) {
      *file = std::make_unique<NoMemoryFile>(std::move(*file), &fails);
    }
    return status;
  }

  std::atomic<bool> fails = false;
};

// RocksDB then lets nobody else join its writers, and a flush would have to.
TEST_F(MemoryBudgetTest, AStoreThatAnExceptionHasPassedThroughIsNotFlushedAndCloses) {
  const auto disk = std::make_shared<NoMemoryFileSystem>();
  const auto env = rocksdb::NewCompositeEnv(disk);
  auto broken = Open("broken", env.get());
  for (int number = 0; number < 40; ++number) ASSERT_TRUE(Commit(broken.get(), number));
  disk->fails = true;
  const Result<void> unknown = Commit(broken.get(), 40);
  ASSERT_EQ(unknown.error().code(), ErrorCode::kCommitUnknown);
  EXPECT_NE(unknown.error().message().find("Memory limit"), std::string::npos)
      << unknown.error().message();
  disk->fails = false;
  const auto other = Open("other");
  for (int number = 0; number < 300; ++number) ASSERT_TRUE(Commit(other.get(), number));
  auto closed = std::async(std::launch::async, [&] { broken.reset(); });
  ASSERT_EQ(closed.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  broken = Open("broken");
  EXPECT_GE(ScanAll(*broken).size(), 40U);
}

TEST_F(MemoryBudgetTest, WhatAStoreHeldIsGivenBackWhenItCloses) {
  auto store = Open("store");
  for (int number = 0; number < 20; ++number) ASSERT_TRUE(Commit(store.get(), number));
  EXPECT_GT(memory_.ReadUsage().write_buffer_bytes, 0U);
  store.reset();
  EXPECT_EQ(memory_.ReadUsage().write_buffer_bytes, 0U);
}

TEST_F(MemoryBudgetTest, TheCacheIsOneForAll) {
  options_.cache_bytes = 0;
  auto one = Open("one");
  for (int number = 0; number < 200; ++number) ASSERT_TRUE(Commit(one.get(), number));
  one.reset();
  one = Open("one");  // from the log into sorted files
  const std::size_t before = memory_.ReadUsage().cache_bytes;
  for (int number = 0; number < 200; ++number) {
    EXPECT_TRUE(ReadAll(*one, {RowKey(std::to_string(number))}).at(0).has_value());
  }
  EXPECT_GT(memory_.ReadUsage().cache_bytes, before);

  MemoryBudget of_readers;
  options_.memory_budget = &of_readers;
  const auto reader = OpenRocksReader(path("one"), options_).value();
  EXPECT_TRUE(ReadAll(*reader, {RowKey("7")}).at(0).has_value());
  EXPECT_GT(of_readers.ReadUsage().cache_bytes, 0U);
}

}  // namespace
}  // namespace idem::storage
