// SPDX-License-Identifier: Apache-2.0
//
// A commit that is written and not published yet: nobody is told of it.
#include "pipeline/committer.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace idem::pipeline {
namespace {

using namespace std::chrono_literals;

class WatchedStore final : public testing::FrontStore {
 public:
  WatchedStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    auto written = FrontStore::Commit(plan, durability);
    written_.set_value();
    return written;
  }
  void WaitUntilWritten() { written_.get_future().wait(); }

 private:
  std::promise<void> written_;  // by the one commit of a test
};

// Who has the report waits for its commit, syncs it, looks it up: all that needs it published.
TEST(Publishing, ARepeatedTokenIsAnsweredWhenItsCommitIsPublished) {
  WatchedStore store;
  Ledger ledger;
  ledger.epoch = store.TakeEpoch().value();
  const SinkOptions options;
  Committer committer(&store, &ledger, &options, Clock::System());
  const RecordBuffer batch(options.limits);
  const auto commit = [&] { return committer.Commit(batch, BatchToken::Request("once")).value(); };

  std::unique_lock unpublished(ledger.mutex);
  auto first = std::async(std::launch::async, commit);
  store.WaitUntilWritten();
  auto second = std::async(std::launch::async, commit);
  EXPECT_EQ(second.wait_for(100ms), std::future_status::timeout);
  unpublished.unlock();
  EXPECT_EQ(first.get().report.commit(), 1U);
  const CommitReport repeated = second.get().report;
  EXPECT_TRUE(repeated.repeated());
  EXPECT_EQ(repeated.commit(), 1U);
  const std::lock_guard lock(ledger.mutex);
  EXPECT_EQ(ledger.last_commit, 1U);
}

// Memory may run out in the middle of publishing. Who waited for the end of that has no answer.
TEST(Publishing, NobodyIsAnsweredByWhatWasPublishedByHalf) {
  for (const bool repeats : {true, false}) {
    WatchedStore store;
    Ledger ledger;
    ledger.epoch = store.TakeEpoch().value();
    const SinkOptions options;
    Committer committer(&store, &ledger, &options, Clock::System());
    const RecordBuffer batch(options.limits);
    const auto commit = [&](std::string_view token) {
      return std::async(std::launch::async, [&committer, &batch, token] {
        return committer.Commit(batch, BatchToken::Request(token));
      });
    };
    std::unique_lock unpublished(ledger.mutex);
    auto first = commit("first");
    store.WaitUntilWritten();
    auto second = commit(repeats ? "first" : "second");
    EXPECT_EQ(second.wait_for(100ms), std::future_status::timeout);
    ledger.poisoned = true;
    unpublished.unlock();
    EXPECT_TRUE(first.get());
    const auto answer = second.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::kPoisoned);
  }
}

class HeldStore final : public testing::FrontStore {
 public:
  HeldStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    begun_.set_value();
    let_go_.get_future().wait();
    return FrontStore::Commit(plan, durability);
  }
  void WaitUntilBegun() { begun_.get_future().wait(); }
  void LetGo() { let_go_.set_value(); }

 private:
  std::promise<void> begun_, let_go_;
};

// The second has no effect, and needs no write to say so.
TEST(Publishing, NothingIsDecidedByWhatWasPublishedByHalf) {
  HeldStore store;
  Ledger ledger;
  ledger.epoch = store.TakeEpoch().value();
  const SinkOptions options;
  Committer committer(&store, &ledger, &options, Clock::System());
  const RecordBuffer batch(options.limits);
  auto first = std::async(std::launch::async,
                          [&] { return committer.Commit(batch, BatchToken::Request("effect")); });
  store.WaitUntilBegun();
  std::unique_lock publishing(*committer.identities_mutex());
  auto second = std::async(std::launch::async, [&] { return committer.Commit(batch, {}); });
  EXPECT_EQ(second.wait_for(100ms), std::future_status::timeout);
  ledger.poisoned = true;
  publishing.unlock();
  store.LetGo();
  static_cast<void>(first.get());
  const auto answer = second.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kPoisoned);
}

}  // namespace
}  // namespace idem::pipeline
