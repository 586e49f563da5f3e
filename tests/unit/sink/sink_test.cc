// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace idem {
namespace {

const TableOptions kAppend{.mode = TableMode::kAppend};

class Sinks : public ::testing::Test {
 protected:
  void Open(const SinkOptions& options = {}) {
    sink_.reset();
    sink_ = IdempotentSink::Open(directory_.path(), options).value();
  }
  void SetUp() override { Open(); }

  const testing::TempDirectory directory_;
  std::unique_ptr<IdempotentSink> sink_;
  Batch batch_;
};

TEST_F(Sinks, OneCommitJoinsTablesAndSourcesAndSurvivesReopening) {
  const Table rows = sink_->OpenTable("rows").value();
  const Table log = sink_->OpenTable("log", kAppend).value();
  batch_.From({"a", 0, 7});
  batch_.Upsert(rows, {1}, "v", {.version = 1});
  batch_.From({"b", "file.csv", 0});
  batch_.Insert(log, {1}, "v");
  batch_.Advance("a", 1, 100, "note");
  const CommitReport report = sink_->Commit(batch_).value();
  EXPECT_EQ(report.count(Verdict::kInserted), 2U);
  EXPECT_TRUE(report.durable());
  const Digest digest = rows.Digest();
  Open();
  const Table again = sink_->OpenTable("rows").value();
  EXPECT_EQ(again.Digest(), digest);
  EXPECT_EQ(again.Info().last_commit, report.commit());
  const auto points = sink_->ResumeFrom("a").value();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].next, 8);
  EXPECT_EQ(points[1].next, 100);
  EXPECT_EQ(sink_->ResumeFrom("b").value().at(0).next, 1);
  EXPECT_TRUE(sink_->ResumeFrom("c").value().empty());
  const auto checkpoints = sink_->NewSnapshot().value().Checkpoints("a").value();
  EXPECT_EQ(checkpoints.at(1).note, "note");
}

TEST_F(Sinks, AChangedDefinitionIsRefusedWithWhatDiffers) {
  ASSERT_TRUE(sink_->OpenTable("t", {.tie = TieRule::kConflict}));
  Open();
  const auto changed = sink_->OpenTable("t", {.tie = TieRule::kFirstWins, .horizon = 5});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code(), ErrorCode::kDefinitionChanged);
  for (const char* part : {"tie", "conflict", "first", "horizon"}) {
    EXPECT_NE(changed.error().message().find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(sink_->OpenTable("t", {.version = VersionKind::kInteger, .tie = TieRule::kConflict}));
}

TEST_F(Sinks, ASourcesRankStays) {
  ASSERT_TRUE(sink_->DeclareSource("s", {.rank = 2}));
  EXPECT_TRUE(sink_->DeclareSource("s", {.gaps = GapPolicy::kLegal, .start = 4, .rank = 2}));
  EXPECT_EQ(sink_->DeclareSource("s", {.rank = 3}).error().code(), ErrorCode::kDefinitionChanged);
  batch_.From({"undeclared", 0, 0});
  ASSERT_TRUE(sink_->Commit(batch_));
  EXPECT_EQ(sink_->DeclareSource("undeclared", {.rank = 1}).error().code(),
            ErrorCode::kDefinitionChanged);
  EXPECT_TRUE(sink_->DeclareSource("undeclared", {.gaps = GapPolicy::kLegal}));
}

TEST_F(Sinks, AsyncCommitsBecomeDurableWithAFlush) {
  const Table log = sink_->OpenTable("log", kAppend).value();
  batch_.From({"s", 0, 0});
  batch_.Insert(log, {1}, "v");
  const CommitReport report = sink_->Commit(batch_, {.durability = Durability::kAsync}).value();
  EXPECT_FALSE(report.durable());
  EXPECT_TRUE(sink_->DurableCheckpoints("s").value().empty());
  EXPECT_LT(sink_->ReadMetrics().durable_commit, report.commit());
  ASSERT_TRUE(sink_->Flush());
  EXPECT_EQ(sink_->DurableCheckpoints("s").value().at(0).next, 1);
  EXPECT_EQ(sink_->ReadMetrics().durable_commit, report.commit());
  EXPECT_EQ(sink_->ReadMetrics().flush_latency.count, 1U);
}

TEST_F(Sinks, AnInvalidRecordRejectsTheBatchOrGoesToQuarantine) {
  Table log = sink_->OpenTable("log", kAppend).value();
  const auto fill = [&] {
    batch_.Clear();
    batch_.Insert(log, {1}, "v");
    batch_.Insert(log, {2}, "v", {.version = 1});
  };
  fill();
  const auto rejected = sink_->Commit(batch_);
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().code(), ErrorCode::kInvalidRecord);
  EXPECT_EQ(rejected.error().record(), 1U);
  EXPECT_EQ(log.Info().rows, 0U);
  Open({.on_invalid = InvalidPolicy::kQuarantine});
  log = sink_->OpenTable("log", kAppend).value();
  fill();
  EXPECT_EQ(sink_->Commit(batch_).value().refused().at(0).index, 1U);
  EXPECT_EQ(log.Info().rows, 1U);
  EXPECT_EQ(sink_->NewSnapshot().value().Quarantine({.table = "log"}).value().size(), 1U);
}

TEST_F(Sinks, LimitsOfTablesAndBatchesLoseNothing) {
  Open({.limits = {.batch_records = 2, .tables = 1}});
  const Table log = sink_->OpenTable("log", kAppend).value();
  EXPECT_EQ(sink_->OpenTable("more").error().code(), ErrorCode::kLimitExceeded);
  for (int i = 0; i < 3; ++i) batch_.Insert(log, {i}, "v");  // the batch's own limit is wider
  EXPECT_EQ(sink_->Commit(batch_).error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(log.Info().rows, 0U);
  sink_.reset();
  EXPECT_EQ(IdempotentSink::Open(directory_.path(), {.limits = {.key_bytes = 0}}).error().code(),
            ErrorCode::kInvalidArgument);
}

TEST_F(Sinks, ABatchOfItsOwnHasItsLimits) {
  Open({.limits = {.batch_records = 2}});
  const Table log = sink_->OpenTable("log", kAppend).value();
  Batch batch = sink_->NewBatch();
  EXPECT_FALSE(batch.full());
  for (int i = 0; i < 2; ++i) batch.Insert(log, {i}, "v");
  EXPECT_TRUE(batch.full());
  EXPECT_EQ(sink_->Commit(batch).value().count(Verdict::kInserted), 2U);
}

TEST_F(Sinks, ABulkCommitIsDurableWithAllBeforeItWhateverWasAsked) {
  Open({.durability = Durability::kAsync});
  const Table rows = sink_->OpenTable("rows").value();
  batch_.From({"a", 0, 0});
  batch_.Upsert(rows, {1}, "v", {.version = 1});
  const CommitReport before = sink_->Commit(batch_).value();
  EXPECT_FALSE(before.durable());
  batch_.Clear();
  batch_.From({"b", 0, 0});
  batch_.Upsert(rows, {1}, "w", {.version = 2});
  const CommitReport bulk = sink_->Commit(batch_, {.bulk = true}).value();
  EXPECT_TRUE(bulk.durable());
  EXPECT_EQ(bulk.count(Verdict::kUpdated), 1U);
  EXPECT_EQ(bulk.outcomes()[0].commit, before.commit() + 1);
  EXPECT_EQ(sink_->ReadMetrics().durable_commit, bulk.commit());
  EXPECT_EQ(sink_->DurableCheckpoints("a").value().at(0).next, 1);
  EXPECT_EQ(sink_->DurableCheckpoints("b").value().at(0).next, 1);
  EXPECT_EQ(sink_->Commit(batch_).value().count(Verdict::kReplayed), 1U);
}

// Of such records only the beginning is kept: what tells them apart may stand behind it.
TEST(RefusedInPart, RecordsAreEachAnEntryOfTheirOwn) {
  SinkOptions options{.on_invalid = InvalidPolicy::kQuarantine};
  options.limits.value_bytes = 100;
  const auto sink = IdempotentSink::OpenInMemory(options).value();
  const Table table = sink->OpenTable("rows", {.version = VersionKind::kBytes}).value();
  const std::string large(kQuarantineValueBytes, 'x');
  const std::string id(kEventIdBytesMax, 'x');
  const std::string version(kVersionBytesMax + 1, 'x');
  Batch batch(options.limits);
  for (const std::string end : {"a", "b"}) {
    const std::string key = large + end;
    const std::string event = id + end;
    const std::string text = version + end;
    batch.Upsert(table, {key}, "v", {.version = "1"});
    batch.Upsert(table, {"k"}, "v", {.version = "1", .event_id = KeyRef{event}});
    batch.Upsert(table, {"k"}, "v", {.version = text});
    batch.Upsert(table, {"k"}, large + end, {.version = "1"});
    batch.Reject(table, large + end, "torn");
  }
  const CommitReport report = sink->Commit(batch).value();
  EXPECT_EQ(report.count(Verdict::kInvalid), 10U);
  EXPECT_EQ(sink->NewSnapshot().value().Quarantine().value().size(), 10U);
  EXPECT_TRUE(sink->Commit(batch));
  EXPECT_EQ(sink->NewSnapshot().value().Quarantine().value().size(), 10U);
}

TEST(Reports, AreValuesThatCanBeCompared) {
  const auto report = [] {
    const auto sink = IdempotentSink::OpenInMemory().value();
    Batch batch;
    batch.From({.source = "s", .partition = 0, .offset = 1});
    batch.Insert(sink->OpenTable("log", {.mode = TableMode::kAppend}).value(), {1}, "v");
    return sink->Commit(batch).value();
  };
  EXPECT_EQ(report(), report());
  EXPECT_NE(report(), CommitReport());
  const std::vector<ResumePoint> points = {{.partition = 0, .next = 2}};
  EXPECT_EQ(points, (std::vector<ResumePoint>{{Partition(0), 2}}));
  const auto row = [](int key) { return Row{Key(key), std::monostate(), "v", 1}; };
  EXPECT_EQ(row(1), row(1));
  EXPECT_NE(row(1), row(2));
  Checkpoint checkpoint;
  EXPECT_EQ(checkpoint, Checkpoint());
  checkpoint.done = {{3, 4}};
  EXPECT_NE(checkpoint, Checkpoint());
  QuarantineEntry entry;
  EXPECT_EQ(entry, QuarantineEntry());
  entry.value = "another";
  EXPECT_NE(entry, QuarantineEntry());
}

}  // namespace
}  // namespace idem
