// SPDX-License-Identifier: Apache-2.0
//
// A commit that is written and not published yet: nobody is told of it.
#include "pipeline/committer.h"
#include "support/holding_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <mutex>
#include <optional>

namespace idem::pipeline {
namespace {

using namespace std::chrono_literals;

class Publishing : public ::testing::Test {
 protected:
  using Answer = Result<Committer::Committed>;

  Publishing() { ledger_.epoch = store_.TakeEpoch().value(); }

  std::future<Answer> Commit(std::optional<BatchToken> token) {
    return std::async(std::launch::async,
                      [this, token] { return committer_.Commit(batch_, token); });
  }
  // The store has it and has not written it yet.
  std::future<Answer> CommitHeld(const BatchToken& token) {
    store_.HoldNext();
    auto answer = Commit(token);
    store_.WaitUntilHeld();
    return answer;
  }
  static void ExpectWaiting(const std::future<Answer>& answer) {
    EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
  }
  static void ExpectPoisoned(std::future<Answer> future) {
    const Answer answer = future.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::kPoisoned);
  }

  // Memory may run out in the middle of publishing.
  void ExpectPoisonedBehindHalfACommit(const BatchToken& token) {
    auto first = CommitHeld(once_);
    std::unique_lock unpublished(ledger_.mutex);
    store_.LetGo({});
    auto second = Commit(token);
    ExpectWaiting(second);
    ledger_.poisoned = true;
    unpublished.unlock();
    EXPECT_TRUE(first.get());
    ExpectPoisoned(std::move(second));
  }

  testing::HoldingStore store_;
  Ledger ledger_;
  const SinkOptions options_;
  Committer committer_{&store_, &ledger_, &options_, Clock::System()};
  const RecordBuffer batch_{options_.limits};
  const BatchToken once_ = BatchToken::Request("once");
};

// Who has the report waits for its commit, syncs it, looks it up: all that needs it published.
TEST_F(Publishing, ARepeatedTokenIsAnsweredWhenItsCommitIsPublished) {
  auto first = CommitHeld(once_);
  std::unique_lock unpublished(ledger_.mutex);
  store_.LetGo({});
  auto second = Commit(once_);
  ExpectWaiting(second);
  unpublished.unlock();
  EXPECT_EQ(first.get().value().report.commit(), 1U);
  const CommitReport repeated = second.get().value().report;
  EXPECT_TRUE(repeated.repeated());
  EXPECT_EQ(repeated.commit(), 1U);
  const std::lock_guard lock(ledger_.mutex);
  EXPECT_EQ(ledger_.last_commit, 1U);
}

TEST_F(Publishing, ARepeatedTokenHasNoAnswerFromHalfACommit) {
  ExpectPoisonedBehindHalfACommit(once_);
}

TEST_F(Publishing, NothingIsDecidedAfterHalfACommit) {
  ExpectPoisonedBehindHalfACommit(BatchToken::Request("another"));
}

// It has no effect, and needs no write to say so.
TEST_F(Publishing, NothingIsDecidedBesideHalfACommit) {
  auto first = CommitHeld(once_);
  std::unique_lock publishing(*committer_.identities_mutex());
  auto second = Commit({});
  ExpectWaiting(second);
  ledger_.poisoned = true;
  publishing.unlock();
  store_.LetGo({});
  static_cast<void>(first.get());
  ExpectPoisoned(std::move(second));
}

}  // namespace
}  // namespace idem::pipeline
