// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace idem {
namespace {

// A store that weighs what the test says.
class WeightedStore final : public testing::FrontStore {
 public:
  WeightedStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    if (fail_commit) return Error(ErrorCode::kCommitUnknown, "told to");
    stalled_micros += stalls_for;
    return FrontStore::Commit(plan, durability);
  }
  storage::StorePressure ReadPressure() const override { return pressure; }

  std::uint64_t StalledMicros() const override { return stalled_micros; }

  std::uint64_t stalled_micros = 0;
  std::uint64_t stalls_for = 0;  // what each commit adds to it
  storage::StorePressure pressure;
  bool fail_commit = false;
};

class SinkHealthTest : public ::testing::Test {
 protected:
  SinkHealthTest() : sink_(SinkImpl::Open(store_, {}).value()) {}

  void ExpectState(HealthState state) {
    const SinkHealth health = sink_->ReadHealth();
    EXPECT_EQ(ToString(health.state), ToString(state));
    EXPECT_EQ(health.reason.empty(), state == HealthState::kOk);
    EXPECT_EQ(health.remedy.empty(), state == HealthState::kOk);
    const std::string sample = "idem_health{state=\"" + std::string(ToString(state)) + "\"} 1\n";
    EXPECT_NE(ToPrometheusText(health).find(sample), std::string::npos);
  }

  const std::shared_ptr<WeightedStore> store_ = std::make_shared<WeightedStore>();
  std::unique_ptr<IdempotentSink> sink_;
};

TEST_F(SinkHealthTest, TheWorstOfWhatHoldsIsTold) {
  ExpectState(HealthState::kOk);
  store_->pressure.slowed = true;
  ExpectState(HealthState::kSlowed);
  store_->pressure.stopped = true;
  ExpectState(HealthState::kStalled);
  store_->pressure.low_on_space = true;
  ExpectState(HealthState::kLowOnSpace);
  store_->fail_commit = true;
  EXPECT_EQ(sink_->OpenTable("t").error().code(), ErrorCode::kCommitUnknown);
  ExpectState(HealthState::kPoisoned);
  const auto newer = SinkImpl::Open(store_, {}).value();
  ExpectState(HealthState::kFenced);
}

TEST_F(SinkHealthTest, AReportSaysHowLongItsCommitWaited) {
  const Table log = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const auto commit = [&](int key) {
    Batch batch;
    batch.Insert(log, {key}, "v");
    return sink_->Commit(batch).value().stalled_micros();
  };
  EXPECT_EQ(commit(1), 0U);
  store_->stalls_for = 2'500'000;
  EXPECT_EQ(commit(2), 2'500'000U);
  EXPECT_EQ(commit(3), 2'500'000U) << "its own time, not that of the one before";
  EXPECT_EQ(commit(3), 0U) << "a duplicate writes nothing";
  const Metrics metrics = sink_->ReadMetrics();
  EXPECT_EQ(metrics.stalled_micros, 5'000'000U);
  EXPECT_NE(ToPrometheusText(metrics).find("\nidem_stalled_seconds_total 5\n"), std::string::npos);
}

TEST_F(SinkHealthTest, NumbersAreThoseOfTheStoreAndOfTheLedger) {
  store_->pressure.free_disk_bytes = 11;
  store_->pressure.log_bytes = 12;
  store_->pressure.memtable_bytes = 13;
  store_->pressure.pending_compaction_bytes = 14;
  const Table log = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  for (int i = 0; i < 3; ++i) {
    Batch batch;
    batch.Insert(log, {i}, "v");
    ASSERT_TRUE(sink_->Commit(batch, {.durability = Durability::kAsync}));
  }
  const SinkHealth health = sink_->ReadHealth();
  EXPECT_EQ(health.undurable_commits, 3U);
  const std::string text = ToPrometheusText(health);
  for (const char* sample : {"idem_free_disk_bytes 11\n", "idem_log_bytes 12\n",
                             "idem_memtable_bytes 13\n", "idem_pending_compaction_bytes 14\n",
                             "idem_undurable_commits 3\n", "idem_rows_to_load 0\n"}) {
    EXPECT_NE(text.find(sample), std::string::npos) << sample;
  }
  ASSERT_TRUE(sink_->Flush());
  EXPECT_EQ(sink_->ReadHealth().undurable_commits, 0U);
}

TEST(SinkHealthOnDisk, TellsOfTheDiskAndOfALockThatIsGone) {
  const testing::TempDirectory directory;
  const auto sink = IdempotentSink::Open(directory.path() / "store").value();
  ASSERT_TRUE(sink->OpenTable("t"));
  SinkHealth health = sink->ReadHealth();
  EXPECT_EQ(health.state, HealthState::kOk) << health.reason;
  EXPECT_GT(health.free_disk_bytes.value_or(0), 0U);
  EXPECT_GT(health.log_bytes, 0U);
  EXPECT_GT(health.memtable_bytes, 0U);
  std::filesystem::remove(directory.path() / "store" / "IDEM_LOCK");
  EXPECT_EQ(sink->ReadHealth().state, HealthState::kFenced);
}

TEST(SinkHealthOnDisk, LittleRoomIsToldAndRefusesCommits) {
  const testing::TempDirectory directory;
  SinkOptions options;
  options.keep_free_bytes = UINT64_MAX;
  const auto sink = IdempotentSink::Open(directory.path() / "store", options).value();
  EXPECT_EQ(sink->ReadHealth().state, HealthState::kLowOnSpace);
  EXPECT_EQ(sink->OpenTable("t").error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(sink->ReadMetrics().commit, 0U);
}

TEST(SinkHealthOnDisk, AWaitWithoutEndCannotBeAskedFor) {
  SinkOptions options;
  options.stall_wait_ms = kStallWaitMsMax + 1;
  EXPECT_EQ(IdempotentSink::OpenInMemory(options).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace idem
