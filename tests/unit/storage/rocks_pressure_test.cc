// SPDX-License-Identifier: Apache-2.0
//
// What a store does when the background does not keep up, and when the disk has little room left:
// it refuses commits without any effect, tells why, and goes on when it is over.

#include "conformance/store_fixture.h"
#include "held_env.h"
#include "room_file_system.h"
#include "storage/rocks/bulk_files.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/file_system.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace idem::storage {
namespace {

using ::idem::testing::Entries;
using ::idem::testing::HeldEnv;
using ::idem::testing::Plan;
using ::idem::testing::RoomFileSystem;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class RocksPressure : public ::testing::Test {
 protected:
  static constexpr std::size_t kWriteBuffer = 64 << 10;

  RocksPressure() {
    options_.write_buffer_bytes = kWriteBuffer;
    room_env_ = rocksdb::NewCompositeEnv(room_);
    env_ = std::make_unique<HeldEnv>(room_env_.get());
  }
  ~RocksPressure() override { env_->Release(); }

  void Open() {
    store_.reset();
    store_ = OpenRocksStore(path(), options_, {}, env_.get()).value();
  }
  std::filesystem::path path() const { return directory_.path() / "store"; }

  Result<void> Commit(int number) {
    return Plan()
        .Put(RowKey(std::to_string(number)), std::string(4'000, 'x'))
        .CommitTo(store_.get());
  }

  // Commits from 0 on until one is refused, and returns its number.
  int CommitUntilRefused(ErrorCode code) {
    for (int number = 0; number < 5'000; ++number) {
      const Result<void> committed = Commit(number);
      if (committed) continue;
      EXPECT_EQ(committed.error().code(), code) << committed.error().message();
      EXPECT_EQ(committed.error().next_step(), NextStep::kRetry);
      return number;
    }
    ADD_FAILURE() << "nothing was refused";
    return 0;
  }

  std::uintmax_t BytesOnDisk() const {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path()))
      bytes += entry.file_size();
    return bytes;
  }

  // What another process would find if this one were killed now.
  Entries FoundAfterAKill() const {
    const TempDirectory copy;
    std::filesystem::copy(path(), copy.path() / "store");
    std::filesystem::remove(copy.path() / "store" / "IDEM_LOCK");
    return ScanAll(*OpenRocksStore(copy.path() / "store", options_).value());
  }

  // The commit is refused for the reason `code` as long as that lasts, without a trace of it.
  void ExpectNoEffect(int number, ErrorCode code) {
    const Entries before = ScanAll(*store_);
    EXPECT_EQ(before.size(), static_cast<std::size_t>(number));
    const std::uintmax_t bytes = BytesOnDisk();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Commit(number).error().code(), code);
    EXPECT_EQ(BytesOnDisk(), bytes) << "something was written";
    EXPECT_EQ(ScanAll(*store_), before);
    EXPECT_EQ(FoundAfterAKill(), before);
  }

  void ExpectGoesOn(int number) {
    Result<void> committed = Commit(number);
    for (int i = 0; i < 500 && !committed; ++i) {
      EXPECT_EQ(committed.error().next_step(), NextStep::kRetry);
      std::this_thread::sleep_for(milliseconds(10));
      committed = Commit(number);
    }
    ASSERT_TRUE(committed) << committed.error().message();
    EXPECT_TRUE(store_->Sync());
    EXPECT_EQ(ScanAll(*store_).size(), static_cast<std::size_t>(number) + 1);
  }

  SinkOptions options_;
  TempDirectory directory_;
  const std::shared_ptr<RoomFileSystem> room_ = std::make_shared<RoomFileSystem>();
  std::unique_ptr<rocksdb::Env> room_env_;
  std::unique_ptr<HeldEnv> env_;
  std::unique_ptr<Store> store_;
};

// An environment whose threads nobody gets.
class ThreadlessEnv final : public rocksdb::EnvWrapper {
 public:
  ThreadlessEnv() : EnvWrapper(rocksdb::Env::Default()) {}
  void IncBackgroundThreadsIfNeeded(int, Priority) override {
    throw std::system_error(EAGAIN, std::system_category());
  }
};

TEST_F(RocksPressure, AnOpeningThatGetsNoThreadsIsRefusedAndLeavesNoLock) {
  ThreadlessEnv threadless;
  const auto opened = OpenRocksStore(path(), options_, {}, &threadless);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kIoError) << opened.error().ToString();
  EXPECT_EQ(opened.error().next_step(), NextStep::kRetry);
  Open();
  EXPECT_TRUE(Commit(0));
}

TEST_F(RocksPressure, FlushesThatDoNotEndStallCommitsWithoutEffect) {
  options_.stall_wait_ms = 100;
  Open();
  EXPECT_FALSE(store_->ReadPressure().stopped);
  EXPECT_EQ(store_->StalledMicros(), 0U);
  env_->Hold(rocksdb::Env::HIGH);
  const auto begin = steady_clock::now();
  const int refused = CommitUntilRefused(ErrorCode::kStalled);
  EXPECT_GE(store_->StalledMicros(), 100'000U) << "as long as the option allows";
  EXPECT_LE(std::chrono::microseconds(store_->StalledMicros()), steady_clock::now() - begin);
  EXPECT_GT(refused, 16) << "two memtables take more than that";
  ExpectNoEffect(refused, ErrorCode::kStalled);
  const StorePressure pressure = store_->ReadPressure();
  EXPECT_TRUE(pressure.stopped);
  EXPECT_FALSE(pressure.low_on_space);
  EXPECT_GT(pressure.memtable_bytes, kWriteBuffer);
  EXPECT_LT(pressure.memtable_bytes, 4 * kWriteBuffer) << "memory is bounded";
  EXPECT_GT(pressure.log_bytes, kWriteBuffer);
  env_->Release();
  ExpectGoesOn(refused);
  EXPECT_FALSE(store_->ReadPressure().stopped);
}

TEST_F(RocksPressure, ABulkCommitWaitsForTheFlushBeforeItButNotForEver) {
  options_.stall_wait_ms = 100;
  Open();
  ASSERT_TRUE(Commit(0));
  env_->Hold(rocksdb::Env::HIGH);
  Plan bulk;
  bulk.Put(RowKey("bulk"), "value").Bulk();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bulk.CommitTo(store_.get()).error().code(), ErrorCode::kStalled);
    EXPECT_EQ(ScanAll(*store_).size(), 1U);
    EXPECT_EQ(FoundAfterAKill().size(), 1U);
  }
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    EXPECT_FALSE(IsBulkFile(entry.path().string())) << entry.path();
  }
  ASSERT_TRUE(Commit(1)) << "others go on";
  env_->Release();
  Result<void> committed = bulk.CommitTo(store_.get());
  for (int i = 0; i < 100 && !committed; ++i) committed = bulk.CommitTo(store_.get());
  ASSERT_TRUE(committed) << committed.error().message();
  EXPECT_EQ(ScanAll(*store_).size(), 3U);
  EXPECT_EQ(FoundAfterAKill().size(), 3U);
}

TEST_F(RocksPressure, AFullDiskRefusesABulkCommitBeforeItsFilesAreMade) {
  options_.keep_free_bytes = 1 << 20;
  room_->room = (1 << 20) + 4'000;
  Open();
  Plan bulk;
  bulk.Put(RowKey("bulk"), std::string(4'000, 'x')).Bulk();
  const std::uintmax_t bytes = BytesOnDisk();
  EXPECT_EQ(bulk.CommitTo(store_.get()).error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(BytesOnDisk(), bytes);
  room_->room = UINT64_MAX;
  EXPECT_TRUE(bulk.CommitTo(store_.get()));
}

TEST_F(RocksPressure, AStallIsWaitedForAsLongAsTheOptionSays) {
  options_.stall_wait_ms = 300;
  Open();
  env_->Hold(rocksdb::Env::HIGH);
  const int refused = CommitUntilRefused(ErrorCode::kStalled);
  const auto begin = steady_clock::now();
  EXPECT_EQ(Commit(refused).error().code(), ErrorCode::kStalled);
  EXPECT_GE(steady_clock::now() - begin, milliseconds(290));
  EXPECT_TRUE(store_->CheckWriter(0)) << "a stall is no reason not to write";

  // Released while it is waited for: nobody notices the stall.
  std::thread release([this] {
    std::this_thread::sleep_for(milliseconds(50));
    env_->Release();
  });
  const std::uint64_t stalled = store_->StalledMicros();
  EXPECT_TRUE(Commit(refused));
  release.join();
  EXPECT_GT(store_->StalledMicros(), stalled) << "but the one who asks";
}

TEST_F(RocksPressure, CompactionsThatDoNotEndSlowCommitsDownAndThenStallThem) {
  options_.stall_wait_ms = 500;  // a flush takes less, also on a busy machine
  Open();
  env_->Hold(rocksdb::Env::LOW);
  bool slowed = false;
  int refused = 0;
  for (Result<void> committed; committed && refused < 5'000; ++refused) {
    committed = Commit(refused);
    const StorePressure pressure = store_->ReadPressure();
    slowed = slowed || (pressure.slowed && !pressure.stopped);
    if (!committed) {
      EXPECT_EQ(committed.error().code(), ErrorCode::kStalled);
      EXPECT_TRUE(pressure.stopped);
      EXPECT_GT(pressure.pending_compaction_bytes, 0U);
      break;
    }
  }
  EXPECT_TRUE(slowed) << "commits are slowed down before they are stopped";
  ExpectNoEffect(refused, ErrorCode::kStalled);
  env_->Release();
  ExpectGoesOn(refused);
}

TEST_F(RocksPressure, ACommitThatIsTooLargeForTheLimitWaitsForAllOfItAllTheSame) {
  options_.stall_wait_ms = 300;
  Open();
  env_->Hold(rocksdb::Env::LOW);
  StorePressure pressure;
  for (int number = 0; number < 5'000 && (!pressure.slowed || pressure.stopped); ++number) {
    static_cast<void>(Commit(number));
    pressure = store_->ReadPressure();
  }
  ASSERT_TRUE(pressure.slowed);
  Plan large;  // takes seconds at the rate of a slowdown
  large.Put(RowKey("large"), std::string(64 << 20, 'x'));
  const std::uint64_t stalled = store_->StalledMicros();
  const auto begin = steady_clock::now();
  EXPECT_EQ(large.CommitTo(store_.get()).error().code(), ErrorCode::kStalled);
  EXPECT_GE(steady_clock::now() - begin, milliseconds(290));
  EXPECT_GE(store_->StalledMicros() - stalled, 290'000U);
  env_->Release();
  Result<void> committed = large.CommitTo(store_.get());
  for (int i = 0; i < 100 && !committed; ++i) committed = large.CommitTo(store_.get());
  EXPECT_TRUE(committed);
}

TEST_F(RocksPressure, OpeningWaitsForAStallToEnd) {
  options_.stall_wait_ms = 0;
  Open();
  env_->Hold(rocksdb::Env::HIGH);
  const int refused = CommitUntilRefused(ErrorCode::kStalled);
  std::thread release([this] {
    std::this_thread::sleep_for(milliseconds(50));
    env_->Release();
  });
  EXPECT_EQ(store_->TakeEpoch().value(), 1U);
  release.join();
  EXPECT_EQ(ScanAll(*store_).size(), static_cast<std::size_t>(refused) + 1) << "and the epoch";
}

TEST_F(RocksPressure, AFullDiskRefusesCommitsBeforeTheyTouchIt) {
  options_.keep_free_bytes = 1 << 20;
  room_->room = (1 << 20) + 4'000;
  Open();
  EXPECT_FALSE(store_->ReadPressure().low_on_space);
  EXPECT_EQ(store_->ReadPressure().free_disk_bytes, room_->room);
  EXPECT_EQ(CommitUntilRefused(ErrorCode::kNoSpace), 0) << "4,000 bytes and what surrounds them";
  ExpectNoEffect(0, ErrorCode::kNoSpace);
  EXPECT_TRUE(store_->ReadPressure().low_on_space) << "nothing of this size can be committed";
  EXPECT_TRUE(store_->CheckWriter(0));
  EXPECT_TRUE(Plan().Put("s", "small").CommitTo(store_.get()));
  room_->room = 0;
  EXPECT_EQ(Commit(1).error().code(), ErrorCode::kNoSpace);
  EXPECT_TRUE(Plan().CommitTo(store_.get(), Durability::kSync)) << "nothing to write";
  EXPECT_TRUE(store_->Sync());
  room_->room = UINT64_MAX;
  ExpectGoesOn(1);
  EXPECT_FALSE(store_->ReadPressure().low_on_space);
}

TEST_F(RocksPressure, FarFromTheFloorTheSystemIsSeldomAsked) {
  options_.keep_free_bytes = 1 << 20;
  options_.write_buffer_bytes = 16 << 20;  // flushes and merges ask as well
  room_->room = std::uint64_t{1} << 40;
  Open();
  const int before = room_->asked;
  for (int number = 0; number < 640; ++number) ASSERT_TRUE(Commit(number));
  EXPECT_LE(room_->asked - before, 11);
  EXPECT_GE(room_->asked - before, 10) << "others fill the disk too";
  room_->room = (1 << 20) + (128 << 10);  // a sixteenth of what is left is two commits
  for (int number = 0; number < 64; ++number) ASSERT_TRUE(Commit(number));
  const int near = room_->asked;
  for (int number = 0; number < 10; ++number) ASSERT_TRUE(Commit(number));
  EXPECT_GE(room_->asked - near, 4);
}

TEST_F(RocksPressure, WithoutAFloorOrAnAnswerNothingIsRefused) {
  options_.keep_free_bytes = 0;
  room_->room = 0;
  Open();
  EXPECT_TRUE(Commit(0));
  options_.keep_free_bytes = 1 << 20;
  room_->known = false;
  Open();
  EXPECT_TRUE(Commit(1));
  EXPECT_EQ(store_->ReadPressure().free_disk_bytes, std::nullopt);
  EXPECT_FALSE(store_->ReadPressure().low_on_space);
}

}  // namespace
}  // namespace idem::storage
