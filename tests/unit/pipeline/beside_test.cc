// SPDX-License-Identifier: Apache-2.0
//
// A commit that comes while another one is being written: it is decided beside that one where the
// two have nothing to do with each other, and else afterwards. No answer may tell which it was.
#include "sink/sink_impl.h"
#include "support/holding_store.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

namespace idem {
namespace {

using namespace std::chrono_literals;

// Every decision that gets to its end asks for the time.
class CountingClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override {
    if (const auto meanwhile = std::exchange(in_next, nullptr)) meanwhile();
    return ++asked;
  }
  std::int64_t SteadyNanos() noexcept override { return 0; }

  std::atomic<std::int64_t> asked = 0;
  std::function<void()> in_next;  // to be done by the decision that asks next
};

class Beside : public ::testing::Test {
 protected:
  Beside() { Open({}); }

  void Open(SinkOptions options) {
    sink_.reset();
    options.clock = &clock_;
    options.durability = Durability::kAsync;
    sink_ = SinkImpl::Open(store_, options).value();
    rows_.emplace(sink_->OpenTable("rows").value());
    recent_.emplace(sink_->OpenTable("recent", {.horizon = 10}).value());
  }

  Batch Row(std::string_view key, std::int64_t version, std::string_view value = "value") const {
    Batch batch;
    batch.Upsert(*rows_, {key}, value, {.version = version});
    return batch;
  }
  void Apply(const Batch& batch) { ASSERT_TRUE(sink_->Commit(batch)); }

  using Answer = Result<CommitReport>;

  // What becomes of a commit while another one is written.
  enum class Meanwhile { kWaits, kIsDecided, kIsAnswered };

  // Commits `second` while `first` is written, which ends with `error` where there is one. What has
  // to wait is given a moment in which it must not be decided; what need not, as long as it takes.
  Answer CommitBeside(const Batch& first, const Batch& second, Meanwhile expected,
                      std::optional<ErrorCode> error = {}) {
    store_->HoldNext();
    auto written = std::async(std::launch::async, [&] { return sink_->Commit(first); });
    store_->WaitUntilHeld();
    const std::int64_t asked = clock_.asked;
    auto answer = std::async(std::launch::async, [&] { return sink_->Commit(second); });
    const auto patience = expected == Meanwhile::kWaits ? 50ms : 60s;
    if (expected == Meanwhile::kIsAnswered) {
      EXPECT_EQ(answer.wait_for(patience), std::future_status::ready);
    } else {
      const auto until = std::chrono::steady_clock::now() + patience;
      while (clock_.asked == asked && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(1ms);
      }
      EXPECT_EQ(clock_.asked > asked, expected == Meanwhile::kIsDecided);
      EXPECT_EQ(answer.wait_for(0ms), std::future_status::timeout) << "it is not written";
    }
    store_->LetGo(error);
    const auto report = written.get();
    EXPECT_EQ(report.has_value(), !error);
    return answer.get();
  }

  static Outcome Only(const Answer& answer) {
    EXPECT_TRUE(answer) << answer.error().message();
    return answer->outcomes().at(0);
  }
  void ExpectSound(std::uint64_t rows) {
    EXPECT_EQ(rows_->Info().rows, rows);
    EXPECT_TRUE(sink_->NewSnapshot().value().Verify().value().ok());
  }

  const std::shared_ptr<testing::HoldingStore> store_ = std::make_shared<testing::HoldingStore>();
  CountingClock clock_;
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> rows_, recent_;
};

TEST_F(Beside, OtherRowsAreDecidedMeanwhileAndGetTheNextNumber) {
  const std::uint64_t before = sink_->ReadMetrics().commit;
  const Answer answer = CommitBeside(Row("a", 1), Row("b", 1), Meanwhile::kIsDecided);
  EXPECT_EQ(Only(answer), (Outcome{Verdict::kInserted, Reason::kNone, before + 2}));
  EXPECT_EQ(answer->commit(), before + 2);
  EXPECT_EQ(sink_->ReadMetrics().commit, before + 2);
  ExpectSound(2);
}

TEST_F(Beside, WhatWasWrittenDuringTheDecisionIsPublishedBeforeTheNextIsWritten) {
  store_->HoldNext();
  auto first = std::async(std::launch::async, [&] { return sink_->Commit(Row("a", 1)); });
  store_->WaitUntilHeld();
  clock_.in_next = [&] {
    store_->LetGo({});
    std::this_thread::sleep_for(20ms);  // until it is written and waits to be published
  };
  Apply(Row("b", 1));
  EXPECT_TRUE(first.get());
  ExpectSound(2);
}

TEST_F(Beside, ARepeatIsAnsweredMeanwhile) {
  Apply(Row("a", 1));
  const std::uint64_t before = sink_->ReadMetrics().commit;
  const Answer answer = CommitBeside(Row("b", 1), Row("a", 1), Meanwhile::kIsAnswered);
  EXPECT_EQ(Only(answer).verdict, Verdict::kDuplicate);
  EXPECT_EQ(answer->commit(), before);
  ExpectSound(2);
}

TEST_F(Beside, AfterAWriteThatHadNoEffectItIsDecidedAgain) {
  const std::uint64_t before = sink_->ReadMetrics().commit;
  const Answer answer =
      CommitBeside(Row("a", 1), Row("b", 1), Meanwhile::kIsDecided, ErrorCode::kStalled);
  EXPECT_EQ(Only(answer).commit, before + 1);
  EXPECT_EQ(answer->commit(), before + 1);
  ExpectSound(1);
  EXPECT_EQ(Only(sink_->Commit(Row("a", 1))).verdict, Verdict::kInserted);
  ExpectSound(2);
}

TEST_F(Beside, AfterAWriteWithAnUnknownOutcomeItIsRefused) {
  const Answer answer =
      CommitBeside(Row("a", 1), Row("b", 1), Meanwhile::kIsDecided, ErrorCode::kCommitUnknown);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kPoisoned);
}

TEST_F(Beside, TheSameRowWaits) {
  EXPECT_EQ(Only(CommitBeside(Row("a", 1), Row("a", 1), Meanwhile::kWaits)).verdict,
            Verdict::kDuplicate);
  EXPECT_EQ(Only(CommitBeside(Row("a", 3), Row("a", 2), Meanwhile::kWaits)).verdict,
            Verdict::kStale);
  EXPECT_EQ(
      Only(CommitBeside(Row("a", 5), Row("a", 4), Meanwhile::kWaits, ErrorCode::kStalled)).verdict,
      Verdict::kUnchanged);
  ExpectSound(1);
}

TEST_F(Beside, TheSameEventWaits) {
  const auto event = [&](std::string_view key) {
    Batch batch;
    batch.Upsert(*rows_, {key}, "value", {.version = 1, .event_id = KeyRef({"event"})});
    return batch;
  };
  EXPECT_EQ(Only(CommitBeside(event("a"), event("b"), Meanwhile::kWaits)).verdict,
            Verdict::kConflict);
  ExpectSound(1);
}

TEST_F(Beside, TheSameSourcePartitionWaits) {
  const auto at = [&](std::int64_t partition, std::int64_t offset, std::string_view key) {
    Batch batch;
    batch.From({"source", partition, offset});
    batch.Upsert(*rows_, {key}, "value", {.version = 1});
    return batch;
  };
  Apply(at(0, 0, "a"));
  EXPECT_EQ(Only(CommitBeside(at(0, 1, "b"), at(0, 1, "x"), Meanwhile::kWaits)).verdict,
            Verdict::kReplayed);

  // A first offset: the limit of partitions is looked at alone.
  CommitBeside(at(0, 2, "c"), at(1, 0, "d"), Meanwhile::kWaits).value();
  CommitBeside(at(0, 3, "e"), at(1, 1, "f"), Meanwhile::kIsDecided).value();
  const auto resume = sink_->ResumeFrom("source").value();
  ASSERT_EQ(resume.size(), 2U);
  EXPECT_EQ(resume[0].next, 4);
  EXPECT_EQ(resume[1].next, 2);
  ExpectSound(6);
}

TEST_F(Beside, WhatMemoryDoesNotKnowIsReadMeanwhile) {
  Apply(Row("old", 2));
  Open({.identity_bytes = 0, .filter_bytes = 0});
  EXPECT_EQ(Only(CommitBeside(Row("new", 1), Row("old", 1), Meanwhile::kIsAnswered)).verdict,
            Verdict::kStale);
  EXPECT_EQ(Only(CommitBeside(Row("old", 3), Row("old", 2), Meanwhile::kWaits)).verdict,
            Verdict::kStale);
  ExpectSound(2);
}

// Whether it is in quarantine already the store knows, when the other one is written.
TEST_F(Beside, ARefusedRecordWaits) {
  Open({.on_invalid = InvalidPolicy::kQuarantine});
  Batch invalid;
  invalid.Upsert(*rows_, {"a"}, "value");
  const std::uint64_t before = sink_->ReadMetrics().commit;
  const Answer answer = CommitBeside(invalid, invalid, Meanwhile::kWaits);
  EXPECT_EQ(Only(answer).verdict, Verdict::kInvalid);
  EXPECT_EQ(answer->commit(), before + 1) << "it has no effect of its own";
  EXPECT_EQ(sink_->ReadMetrics().commit, before + 1);
  EXPECT_EQ(sink_->NewSnapshot().value().Quarantine().value().size(), 1U);
  ExpectSound(0);
}

TEST_F(Beside, TheHighestVersionIsThatOfBoth) {
  const auto row = [&](std::string_view key, std::int64_t version) {
    Batch batch;
    batch.Upsert(*recent_, {key}, "value", {.version = version});
    return batch;
  };
  EXPECT_EQ(Only(CommitBeside(row("a", 100), row("b", 80), Meanwhile::kWaits)).verdict,
            Verdict::kTooLate);
  EXPECT_EQ(Only(CommitBeside(row("c", 200), row("d", 180), Meanwhile::kWaits, ErrorCode::kStalled))
                .verdict,
            Verdict::kInserted);
}

TEST_F(Beside, ATokenWaits) {
  const CommitOptions token{.token = BatchToken::Request("token")};
  store_->HoldNext();
  auto first = std::async(std::launch::async, [&] { return sink_->Commit(Batch(), token); });
  store_->WaitUntilHeld();
  auto second = std::async(std::launch::async, [&] { return sink_->Commit(Batch(), token); });
  EXPECT_EQ(second.wait_for(50ms), std::future_status::timeout);
  store_->LetGo({});
  EXPECT_FALSE(first.get().value().repeated());
  EXPECT_TRUE(second.get().value().repeated());
}

// The row is written again as it was, with the payload that only the store has.
TEST_F(Beside, ARankIsRaisedMeanwhile) {
  ASSERT_TRUE(sink_->DeclareSource("better", {.rank = 1}));
  Apply(Row("a", 1, "kept"));
  Batch first;
  first.From({"better", 0, 0});
  first.Upsert(*rows_, {"b"}, "value", {.version = 1});
  Apply(first);
  Batch raise;
  raise.From({"better", 0, 1});
  raise.Upsert(*rows_, {"a"}, "kept", {.version = 1});
  EXPECT_EQ(Only(CommitBeside(Row("c", 1), raise, Meanwhile::kIsDecided)).verdict,
            Verdict::kDuplicate);
  EXPECT_EQ(sink_->NewSnapshot().value().Get("rows", {"a"}).value()->value, "kept");
  ExpectSound(3);
}

TEST_F(Beside, TablesAreCountedApart) {
  Batch other;
  other.Upsert(*recent_, {"a"}, "value", {.version = 1});
  EXPECT_EQ(Only(CommitBeside(Row("a", 1), other, Meanwhile::kIsDecided)).verdict,
            Verdict::kInserted);
  EXPECT_EQ(recent_->Info().rows, 1U);
  ExpectSound(1);
}

TEST_F(Beside, AnErrorIsToldAfterwards) {
  Batch nameless = Row("b", 1);
  nameless.Advance("", 0, 1);
  const Answer answer = CommitBeside(Row("a", 1), nameless, Meanwhile::kWaits);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kInvalidArgument);
  ExpectSound(1);
}

TEST_F(Beside, UpkeepWaits) {
  store_->HoldNext();
  auto written = std::async(std::launch::async, [&] { return sink_->Commit(Row("a", 1)); });
  store_->WaitUntilHeld();
  auto table = std::async(std::launch::async, [&] { return sink_->OpenTable("another"); });
  EXPECT_EQ(table.wait_for(20ms), std::future_status::timeout);
  store_->LetGo({});
  EXPECT_TRUE(written.get());
  EXPECT_TRUE(table.get());
  ExpectSound(1);
}

}  // namespace
}  // namespace idem
