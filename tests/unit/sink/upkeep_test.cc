// SPDX-License-Identifier: Apache-2.0
#include "sink/sink_impl.h"
#include "support/failing_sync.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace idem {
namespace {

class Upkeep : public ::testing::Test {
 protected:
  QuarantineEntry OnlyEntry() {
    const auto entries = sink_->NewSnapshot().value().Quarantine().value();
    EXPECT_EQ(entries.size(), 1U);
    return entries.at(0);
  }
  Outcome CommitOne() {
    const Outcome outcome = sink_->Commit(batch_).value().outcomes().at(0);
    batch_.Clear();
    return outcome;
  }
  Outcome Upsert(std::int64_t key, std::string_view value, std::int64_t version) {
    batch_.Upsert(rows_, {key}, value, {.version = version});
    return CommitOne();
  }
  Outcome Insert(std::string_view key, std::string_view value) {
    batch_.Insert(log_, {key}, value);
    return CommitOne();
  }

  const std::unique_ptr<IdempotentSink> sink_ =
      IdempotentSink::OpenInMemory({.on_invalid = InvalidPolicy::kQuarantine}).value();
  const Table log_ = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const Table rows_ = sink_->OpenTable("rows", {.horizon = 10}).value();
  Batch batch_;
};

TEST_F(Upkeep, AcceptingMakesTheRefusedRecordTheRow) {
  const std::string key(300, 'k');  // too long to be found again by luck
  Insert(key, "first");
  EXPECT_EQ(Insert(key, "second").verdict, Verdict::kConflict);
  const QuarantineId id = OnlyEntry().id;
  ASSERT_TRUE(sink_->Resolve(id, Resolution::kAccept));
  EXPECT_EQ(log_.Get({key}).value()->value, "second");
  EXPECT_EQ(log_.Info().rows, 1U);
  EXPECT_EQ(Insert(key, "second").verdict, Verdict::kDuplicate);
  const auto commit = sink_->ReadMetrics().commit;
  EXPECT_TRUE(sink_->Resolve(id, Resolution::kAccept));
  EXPECT_EQ(sink_->ReadMetrics().commit, commit);
  EXPECT_EQ(sink_->Resolve(id, Resolution::kDiscard).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(sink_->NewSnapshot().value().Verify().value().ok());
}

TEST_F(Upkeep, DiscardingLeavesTheRowAndAMarker) {
  Insert("k", "first");
  Insert("k", "second");
  ASSERT_TRUE(sink_->Resolve(OnlyEntry().id, Resolution::kDiscard));
  EXPECT_EQ(log_.Get({"k"}).value()->value, "first");
  EXPECT_EQ(Insert("k", "second").reason, Reason::kResolved);
  EXPECT_TRUE(sink_->NewSnapshot().value().Quarantine().value().empty());
  EXPECT_EQ(sink_->NewSnapshot().value().Quarantine({.include_resolved = true}).value().size(), 1U);
}

TEST_F(Upkeep, AnInvalidRecordCanOnlyBeDiscarded) {
  batch_.Reject(log_, "torn", "no end of line");
  CommitOne();
  const QuarantineId id = OnlyEntry().id;
  EXPECT_EQ(sink_->Resolve(id, Resolution::kAccept).error().code(), ErrorCode::kUnsupported);
  EXPECT_TRUE(sink_->Resolve(id, Resolution::kDiscard));
  EXPECT_EQ(sink_->Resolve({1, 2}, Resolution::kDiscard).error().code(), ErrorCode::kNotFound);
}

// The accepted record keeps the rank of its source, by which later ties are decided.
TEST_F(Upkeep, AnAcceptedRecordKeepsItsRank) {
  ASSERT_TRUE(sink_->DeclareSource("high", {.rank = 5}));
  Upsert(1, "x", 100);
  batch_.From({"high", 0, 0});
  batch_.Upsert(rows_, {2}, "late", {.version = 1});
  EXPECT_EQ(CommitOne().verdict, Verdict::kTooLate);
  ASSERT_TRUE(sink_->Resolve(OnlyEntry().id, Resolution::kAccept));
  const std::uint64_t resolved = sink_->ReadMetrics().commit;
  for (const std::string_view value : {"a", "b", "c", "d", "e", "f"}) {
    EXPECT_EQ(Upsert(2, value, 1), (Outcome{Verdict::kStale, Reason::kTie, resolved}));
  }
  EXPECT_EQ(rows_.Get({2}).value()->value, "late");
}

// Keys of the store end a source's name with 00: "s\0@p" would read as partition "p" of "s".
TEST_F(Upkeep, ANameThatNoSourceCanHaveHasNoCheckpoints) {
  using std::string_view_literals::operator""sv;
  batch_.From({"s", "p", 7});
  ASSERT_TRUE(sink_->Commit(batch_));
  const RewindOptions rewind{.to = 3, .reason = "again"};
  ASSERT_TRUE(sink_->Rewind("s", "p", rewind));
  EXPECT_EQ(sink_->ResumeFrom("s").value().size(), 1U);
  const Snapshot snapshot = sink_->NewSnapshot().value();
  for (const std::string_view name : {"s\0@p"sv, "s\0"sv, "\xff"sv}) {
    EXPECT_TRUE(sink_->ResumeFrom(name).value().empty());
    EXPECT_TRUE(sink_->DurableCheckpoints(name).value().empty());
    EXPECT_TRUE(snapshot.Checkpoints(name).value().empty());
    EXPECT_TRUE(snapshot.Rewinds(name).value().empty());
    EXPECT_EQ(sink_->Rewind(name, 0, rewind).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(sink_->Rewind("s", name, rewind).error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(sink_->Rewind("s", "q", rewind).error().code(), ErrorCode::kNotFound);
}

TEST_F(Upkeep, TokensAreForgottenInSeveralCommits) {
  constexpr std::int64_t kTokens = 1'002;  // below the last of them, one more than a commit erases
  for (std::int64_t i = 0; i < kTokens; ++i) {
    ASSERT_TRUE(sink_->Commit(batch_, {.token = BatchToken::Sequence("app", i)}));
  }
  const auto commit = sink_->ReadMetrics().commit;
  ASSERT_TRUE(sink_->ForgetTokens("app", kTokens - 1));
  EXPECT_EQ(sink_->ReadMetrics().commit, commit + 2);
  const VerifyReport report = sink_->NewSnapshot().value().Verify().value();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.tokens, 1U);
  const auto again = [&](std::int64_t sequence) {
    return sink_->Commit(batch_, {.token = BatchToken::Sequence("app", sequence)});
  };
  EXPECT_EQ(again(kTokens - 2).error().code(), ErrorCode::kTokenForgotten);
  EXPECT_TRUE(again(kTokens - 1).value().repeated());
}

TEST_F(Upkeep, RequestsAreForgottenInSeveralCommits) {
  constexpr std::uint64_t kRequests = 1'001;
  for (std::uint64_t i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(sink_->Commit(batch_, {.token = BatchToken::Request(std::to_string(i))}));
  }
  ASSERT_TRUE(sink_->Commit(batch_, {.token = BatchToken::Sequence("app", 1)}));
  const auto commit = sink_->ReadMetrics().commit;
  EXPECT_EQ(sink_->ForgetRequests(commit).value(), kRequests);
  EXPECT_EQ(sink_->ReadMetrics().commit, commit + 2);
  const VerifyReport report = sink_->NewSnapshot().value().Verify().value();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.tokens, 1U);
}

TEST_F(Upkeep, CollectedTombstonesLeaveAFloor) {
  Upsert(1, "x", 1);
  batch_.Delete(rows_, {1}, {.version = 2});
  CommitOne();
  EXPECT_EQ(sink_->CollectTombstones(rows_).value(), 0U);
  Upsert(2, "y", 100);
  EXPECT_EQ(Upsert(1, "old", 1).verdict, Verdict::kStale);
  EXPECT_EQ(sink_->CollectTombstones(rows_).value(), 1U);
  EXPECT_EQ(rows_.Info().tombstones, 0U);
  EXPECT_EQ(Upsert(1, "old", 1).verdict, Verdict::kTooLate);
  EXPECT_EQ(Upsert(1, "new", 95).verdict, Verdict::kInserted);
  EXPECT_EQ(sink_->CollectTombstones(log_).error().code(), ErrorCode::kUnsupported);
  EXPECT_TRUE(sink_->NewSnapshot().value().Verify().value().ok());
}

// What it asked for is so already, and nobody knows whether it will be after a loss of power.
TEST(UpkeepAgain, AfterAFailedSyncIsRefusedAsAnyOtherWrite) {
  using Call = std::function<ErrorCode(IdempotentSink*)>;
  const auto code = [](const auto& done) { return done ? ErrorCode{} : done.error().code(); };
  const Call calls[] = {
      [&](auto* sink) { return code(sink->DeclareSource("new", {.rank = 1})); },
      [&](auto* sink) { return code(sink->Rewind("s", 0, {.to = 1, .reason = "again"})); },
      [&](auto* sink) {
        const auto entries = sink->NewSnapshot().value().Quarantine({.include_resolved = true});
        return code(sink->Resolve(entries.value().at(1).id, Resolution::kDiscard));
      },
      [&](auto* sink) { return code(sink->ForgetTokens("app", 2)); },
      [&](auto* sink) { return code(sink->ForgetRequests(UINT64_MAX)); },
      [&](auto* sink) { return code(sink->PurgeQuarantine(UINT64_MAX)); },
      [&](auto* sink) {
        return code(sink->CollectTombstones(sink->OpenTable("rows", {.horizon = 10}).value()));
      },
  };
  for (const Call& call : calls) {
    SCOPED_TRACE(&call - calls);
    const auto store = std::make_shared<testing::FailingSync>();
    const auto sink = SinkImpl::Open(store, {}).value();
    const Table rows = sink->OpenTable("rows", {.horizon = 10}).value();
    const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
    Batch batch;
    batch.From({"s", 0, 7});
    batch.Delete(rows, {1}, {.version = 1});
    batch.Upsert(rows, {2}, "a row", {.version = 100});
    for (const std::string_view value : {"stored", "resolved", "open"}) {
      batch.Insert(log, {"k"}, value);
    }
    ASSERT_TRUE(sink->Commit(batch, {.token = BatchToken::Request("r")}));
    ASSERT_TRUE(sink->Commit(batch, {.token = BatchToken::Sequence("app", 1)}));
    const QuarantineId first = sink->NewSnapshot().value().Quarantine().value().at(0).id;
    ASSERT_TRUE(sink->Resolve(first, Resolution::kDiscard));
    store->failing = true;
    EXPECT_EQ(call(sink.get()), ErrorCode::kCommitUnknown);
    store->failing = false;
    EXPECT_EQ(call(sink.get()), ErrorCode::kPoisoned);
  }
}

}  // namespace
}  // namespace idem
