// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/durable_tally.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

namespace idem::cli {
namespace {

// A store that would lose what no sync came after, and knows how much that is.
class LosingStore final : public testing::FrontStore {
 public:
  using FrontStore::FrontStore;

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    Result<void> committed = FrontStore::Commit(plan, durability);
    if (committed) ++commits_;
    if (committed && durability == Durability::kSync) kept_ = commits_;
    return committed;
  }
  Result<void> Sync() override {
    if (syncs_left_ == 0) return Error(ErrorCode::kCommitUnknown, "the sync failed");
    --syncs_left_;
    kept_ = commits_;
    return FrontStore::Sync();
  }

  // What a loss of power would leave, of commits so far.
  std::uint64_t kept() const { return kept_; }
  void FailSyncsAfter(std::uint64_t count) { syncs_left_ = count; }

 private:
  std::uint64_t commits_ = 0;
  std::uint64_t kept_ = 0;
  std::uint64_t syncs_left_ = UINT64_MAX;
};

class DurableTallyTest : public ::testing::Test {
 protected:
  void Open(Durability durability) {
    auto store = std::make_shared<LosingStore>(storage::NewMemoryStore());
    store_ = store.get();
    sink_ = SinkImpl::Open(std::move(store), {.durability = Durability::kAsync}).value();
    table_ = sink_->OpenTable("t", {.mode = TableMode::kAppend}).value();
    ASSERT_TRUE(sink_->Flush());
    before_ = store_->kept();
    tally_.emplace(sink_.get(), durability, &summary_);
  }

  // Commits one more record, of two lines.
  Result<void> Add() {
    Batch batch;
    batch.Insert(*table_, {next_++}, "value");
    return tally_->Add(sink_->Commit(batch).value(), 2);
  }

  // Records that a loss of power would leave.
  std::uint64_t Kept() const { return store_->kept() - before_; }

  LosingStore* store_ = nullptr;
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> table_;
  IngestSummary summary_;
  std::optional<DurableTally> tally_;
  std::uint64_t before_ = 0;
  std::int64_t next_ = 0;
};

TEST_F(DurableTallyTest, NeverCountsWhatPowerLossWouldTake) {
  Open(Durability::kSync);
  for (std::size_t i = 0; i < 3 * DurableTally::kWaiting; ++i) {
    ASSERT_TRUE(Add());
    ASSERT_LE(summary_.records, Kept());
    ASSERT_EQ(summary_.lines, 2 * summary_.records);
    ASSERT_EQ(summary_.verdicts[static_cast<std::size_t>(Verdict::kInserted)], summary_.records);
  }
  EXPECT_EQ(summary_.records, 2 * DurableTally::kWaiting);
  ASSERT_TRUE(tally_->Settle());
  EXPECT_EQ(summary_.records, 3 * DurableTally::kWaiting);
  EXPECT_EQ(Kept(), 3 * DurableTally::kWaiting);
}

TEST_F(DurableTallyTest, WaitsForNoSyncWhileFewAreWaiting) {
  Open(Durability::kSync);
  for (std::size_t i = 0; i < DurableTally::kWaiting; ++i) ASSERT_TRUE(Add());
  EXPECT_EQ(Kept(), 0U);
  EXPECT_EQ(summary_.records, 0U);
}

TEST_F(DurableTallyTest, CountsNothingAfterASyncThatFailed) {
  for (const std::uint64_t syncs : {0, 1, 2}) {
    summary_ = {};
    Open(Durability::kSync);
    store_->FailSyncsAfter(syncs);
    Result<void> added;
    std::uint64_t count = 0;
    for (; added && count < 4 * DurableTally::kWaiting; ++count) added = Add();
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), ErrorCode::kCommitUnknown);
    EXPECT_LE(summary_.records, Kept());
    const std::uint64_t counted = summary_.records;
    EXPECT_FALSE(tally_->Settle());
    EXPECT_EQ(summary_.records, counted);
  }
}

// A batch that changes nothing repeats commits before it, and is no more durable than they are.
TEST_F(DurableTallyTest, CountsARepetitionNoSoonerThanTheRecord) {
  Open(Durability::kSync);
  store_->FailSyncsAfter(0);
  ASSERT_TRUE(Add());
  --next_;
  ASSERT_TRUE(Add());
  EXPECT_FALSE(tally_->Settle());
  EXPECT_EQ(summary_.records, 0U);
}

TEST_F(DurableTallyTest, CountsAtOnceWhatNeedNotSurvivePowerLoss) {
  Open(Durability::kAsync);
  store_->FailSyncsAfter(0);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(Add());
    EXPECT_EQ(summary_.records, i);
  }
}

}  // namespace
}  // namespace idem::cli
