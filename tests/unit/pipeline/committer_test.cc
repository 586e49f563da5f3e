// SPDX-License-Identifier: Apache-2.0
#include "pipeline_fixture.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace idem {
namespace {

using Committing = testing::PipelineTest;

TEST_F(Committing, AFencedWriterHasNoEffectAndItsHostLivesOn) {
  batch_.From({"s", 0, 0});
  batch_.Upsert(*rows_, {"old"}, "1", {.version = 1});
  auto newer = SinkImpl::Open(store_, {}).value();
  EXPECT_EQ(CommitError(), ErrorCode::kFenced);
  EXPECT_EQ(CommitError(), ErrorCode::kFenced);
  EXPECT_EQ(sink_->OpenTable("other").error().code(), ErrorCode::kFenced);
  const Snapshot now = newer->NewSnapshot().value();
  EXPECT_FALSE(now.Get("rows", {"old"}).value());
  EXPECT_TRUE(now.Checkpoints().value().empty());
  EXPECT_EQ(sink_->ReadMetrics().records_offered, 2U);  // FENCED both times
  auto table = newer->OpenTable("rows").value();
  Batch batch;
  batch.Upsert(table, {"new"}, "1", {.version = 1});
  EXPECT_EQ(newer->Commit(batch).value().count(Verdict::kInserted), 1U);
}

TEST_F(Committing, ABatchOverTheSinksOwnLimitsIsAnError) {
  sink_.reset();
  Open({.limits = {.value_bytes = 100, .batch_bytes = 9'000, .batch_records = 2}});
  batch_.Insert(*log_, {"a"}, std::string(9'001, 'v'));
  EXPECT_EQ(CommitError(), ErrorCode::kLimitExceeded);
  batch_.Clear();
  for (const char* key : {"a", "b", "c"}) batch_.Insert(*log_, {key}, "1");
  EXPECT_EQ(CommitError(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(log_->Info().rows, 0U);
}

// What the sink's limit would not take is not kept whole either, for whatever reason it is refused.
TEST_F(Committing, AnOversizedValueIsCutInQuarantineWhateverElseIsWrong) {
  sink_.reset();
  Open({.on_invalid = InvalidPolicy::kQuarantine, .limits = {.value_bytes = 100}});
  const std::string value(2 * kQuarantineValueBytes, 'v');
  batch_.Insert(*log_, Key(), value);
  EXPECT_EQ(OnlyOutcome().reason, Reason::kKeyMissing);
  const auto entries = sink_->NewSnapshot().value().Quarantine().value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].value.size(), kQuarantineValueBytes);
  EXPECT_EQ(entries[0].value_bytes, value.size());
}

TEST_F(Committing, AFencedWriterIsToldSoEvenWhenNothingWouldBeWritten) {
  const BatchToken token = BatchToken::Request("r");
  batch_.Insert(*log_, {"k"}, "1");
  sink_->Commit(batch_, {.token = token}).value();
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kDuplicate);
  auto newer = SinkImpl::Open(store_, {}).value();
  EXPECT_EQ(CommitError(), ErrorCode::kFenced) << "a duplicate";
  EXPECT_EQ(sink_->Commit(batch_, {.token = token}).error().code(), ErrorCode::kFenced)
      << "a repeated token";
  EXPECT_EQ(sink_->Commit(Batch()).error().code(), ErrorCode::kFenced) << "an empty batch";
  EXPECT_TRUE(sink_->NewSnapshot().value().Get("log", {"k"}).value()) << "its host lives on";
  EXPECT_TRUE(newer->Commit(Batch()));
}

TEST_F(Committing, AnUnknownOutcomePoisonsTheSinkAndReopeningAbsorbsIt) {
  batch_.From({"s", 0, 0});
  batch_.Upsert(*rows_, {"k"}, "1", {.version = 1});
  store_->fail_commit = ErrorCode::kCommitUnknown;
  store_->commit_although_unknown = true;
  EXPECT_EQ(CommitError(), ErrorCode::kCommitUnknown);
  store_->fail_commit.reset();
  EXPECT_EQ(CommitError(), ErrorCode::kPoisoned);
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kPoisoned);
  EXPECT_EQ(sink_->DeclareSource("t", {}).error().code(), ErrorCode::kPoisoned);
  batch_.Clear();
  rows_.reset(), log_.reset(), sink_.reset();
  Open();
  batch_.From({"s", 0, 0});
  batch_.Upsert(*rows_, {"k"}, "1", {.version = 1});
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kReplayed);
}

TEST_F(Committing, AFailedReadOrWriteRejectsWithoutEffect) {
  sink_.reset();
  Open({.identity_bytes = 0, .filter_bytes = 0});  // so that the commit has to read
  batch_.Upsert(*rows_, {"other"}, "1", {.version = 1});
  ASSERT_TRUE(sink_->Commit(batch_));
  batch_.Clear();
  batch_.From({"s", 0, 0});
  batch_.Upsert(*rows_, {"k"}, "1", {.version = 1});
  const auto before = sink_->ReadMetrics().commit;
  store_->fail_read = ErrorCode::kIoError;
  EXPECT_EQ(CommitError(), ErrorCode::kIoError);
  store_->fail_read.reset();
  store_->fail_commit = ErrorCode::kIoError;
  EXPECT_EQ(CommitError(), ErrorCode::kIoError);
  store_->fail_commit.reset();
  EXPECT_EQ(rows_->Info().rows, 1U);
  EXPECT_TRUE(sink_->ResumeFrom("s").value().empty());
  EXPECT_EQ(OnlyOutcome(), (Outcome{Verdict::kInserted, Reason::kNone, before + 1}));
}

TEST_F(Committing, ASyncCommitWithoutEffectMakesAnAsyncOneDurable) {
  batch_.Insert(*log_, {"k"}, "1");
  const CommitOptions async{.durability = Durability::kAsync};
  store_->syncs = 0;
  EXPECT_FALSE(sink_->Commit(batch_, async).value().durable());
  EXPECT_FALSE(sink_->Commit(batch_, async).value().durable());
  EXPECT_EQ(store_->syncs, 0);
  const CommitReport report = sink_->Commit(batch_).value();
  EXPECT_EQ(report.count(Verdict::kDuplicate), 1U);
  EXPECT_TRUE(report.durable());
  EXPECT_EQ(store_->syncs, 1);
  EXPECT_TRUE(sink_->Commit(batch_).value().durable());
  EXPECT_EQ(store_->syncs, 1);
}

TEST_F(Committing, ARepeatedTokenIsMadeDurableToo) {
  batch_.Insert(*log_, {"k"}, "1");
  const BatchToken token = BatchToken::Request("r");
  EXPECT_FALSE(sink_->Commit(batch_, {Durability::kAsync, token}).value().durable());
  const CommitReport report = sink_->Commit(batch_, {Durability::kSync, token}).value();
  EXPECT_TRUE(report.repeated());
  EXPECT_TRUE(report.durable());
}

TEST_F(Committing, AFailedSyncPoisonsUnlessTheHandleMayNotWriteAnyMore) {
  EXPECT_TRUE(sink_->Flush());  // nothing to sync
  batch_.Insert(*log_, {"k"}, "1");
  ASSERT_TRUE(sink_->Commit(batch_, {.durability = Durability::kAsync}));
  store_->fail_sync = ErrorCode::kStoreLocked;
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kStoreLocked);
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kStoreLocked);
  store_->fail_sync = ErrorCode::kCommitUnknown;
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kCommitUnknown);
  store_->fail_sync.reset();
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kPoisoned);
}

TEST_F(Committing, TheSinksLimitsCountWhateverTheBatchWasMadeWith) {
  sink_.reset();
  Open({.on_invalid = InvalidPolicy::kQuarantine, .limits = {.key_bytes = 20, .value_bytes = 10}});
  batch_.Insert(*log_, {std::string(30, 'k')}, "1");
  batch_.Insert(*log_, {"k"}, std::string(kQuarantineValueBytes + 5, 'v'));
  const CommitReport report = sink_->Commit(batch_).value();
  EXPECT_EQ(report.outcomes()[0], (Outcome{Verdict::kInvalid, Reason::kKeyTooLarge, 0}));
  EXPECT_EQ(report.outcomes()[1], (Outcome{Verdict::kInvalid, Reason::kValueTooLarge, 0}));
  for (const auto& entry : sink_->NewSnapshot().value().Quarantine().value()) {
    EXPECT_LE(entry.value.size(), kQuarantineValueBytes);
  }
}

TEST_F(Committing, TheSameRefusedRecordIsOneQuarantineEntry) {
  batch_.Insert(*log_, {"k"}, "1");
  batch_.Insert(*log_, {"k"}, "2");
  batch_.Insert(*log_, {"k"}, "2");
  batch_.Insert(*log_, {"k"}, "3");
  EXPECT_EQ(sink_->Commit(batch_).value().count(Verdict::kConflict), 3U);
  EXPECT_EQ(sink_->Commit(batch_).value().count(Verdict::kConflict), 3U);
  EXPECT_EQ(sink_->NewSnapshot().value().Quarantine().value().size(), 2U);
}

TEST_F(Committing, ARejectedRecordIsToldByItsTextAndWithoutOneByTheReason) {
  sink_.reset();
  Open({.on_invalid = InvalidPolicy::kQuarantine});
  for (const char* why : {"no text came", "nothing to read", "no text came"}) {
    batch_.Reject(*log_, "", why);
    batch_.Reject(*log_, "torn", why);
  }
  ASSERT_TRUE(sink_->Commit(batch_));
  std::multiset<std::string> kept;
  for (const auto& entry : sink_->NewSnapshot().value().Quarantine().value()) {
    kept.insert(entry.value + "/" + entry.why);
  }
  EXPECT_EQ(kept,
            (std::multiset<std::string>{"/no text came", "/nothing to read", "torn/no text came"}));
}

}  // namespace
}  // namespace idem
