// SPDX-License-Identifier: Apache-2.0
#include "pipeline_fixture.h"

#include <gtest/gtest.h>

namespace idem {
namespace {

using SourcePass = testing::PipelineTest;

TEST_F(SourcePass, BadNamesNotesAndRangesAreErrors) {
  const auto expect_invalid = [&] {
    EXPECT_EQ(CommitError(), ErrorCode::kInvalidArgument);
    batch_.Clear();
  };
  batch_.From({"", 0, 0});
  expect_invalid();
  batch_.From({std::string(kSourceNameBytesMax + 1, 's'), 0, 0});
  expect_invalid();
  batch_.From({"a\nb", 0, 0});
  expect_invalid();
  batch_.From({"s", std::string(kPartitionNameBytesMax + 1, 'p'), 0});
  expect_invalid();
  batch_.From({"s", 0, 0, std::string(kIncarnationBytesMax + 1, 'i')});
  expect_invalid();
  batch_.Advance("s", 0, 1, std::string(kCheckpointNoteBytesMax + 1, 'n'));
  expect_invalid();
  batch_.Advance("s", 0, -1);
  expect_invalid();
  batch_.DeclareEmpty("s", 0, {5, 4});
  expect_invalid();
  batch_.DeclareEmpty("s", 0, {-1, 4});
  expect_invalid();
  EXPECT_TRUE(sink_->ResumeFrom("s").value().empty());
}

TEST_F(SourcePass, TheLargestOffsetsAndEmptyRangesAreFine) {
  batch_.DeclareEmpty("s", 0, {5, 5});
  batch_.Advance("s", 1, INT64_MAX);
  batch_.DeclareEmpty("s", 2, {0, INT64_MAX});
  ASSERT_TRUE(sink_->Commit(batch_));
  const auto points = sink_->ResumeFrom("s").value();
  ASSERT_EQ(points.size(), 2U) << "a range without offsets says nothing of its partition";
  EXPECT_EQ(points[0].next, INT64_MAX);
  EXPECT_EQ(points[1].next, INT64_MAX);
}

// Nothing of the partition is known yet, so there is nothing to keep.
TEST_F(SourcePass, ABadOffsetMakesNoCheckpoint) {
  sink_.reset();
  Open({.on_invalid = InvalidPolicy::kQuarantine});
  batch_.From({"s", 0, -1, "one"});
  batch_.Insert(*log_, {"a"}, "1");
  EXPECT_EQ(OnlyOutcome().reason, Reason::kOffsetOutOfRange);
  EXPECT_TRUE(sink_->ResumeFrom("s").value().empty());
  EXPECT_TRUE(sink_->NewSnapshot().value().Checkpoints().value().empty());
}

TEST_F(SourcePass, AGapBeforeTheFirstOffsetSaysWhatWasExpected) {
  ASSERT_TRUE(sink_->DeclareSource("s", {.gaps = GapPolicy::kRefuse, .start = 3}));
  batch_.From({"s", 0, 5});
  const auto report = sink_->Commit(batch_);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message().find("offset 3 was expected"), std::string::npos);
}

TEST_F(SourcePass, ARefusedGapNamesTheRecordAndMovesNothing) {
  ASSERT_TRUE(sink_->DeclareSource("s", {.gaps = GapPolicy::kRefuse, .start = 0}));
  batch_.From({"s", 0, 0});
  batch_.Insert(*log_, {"a"}, "1");
  batch_.From({"s", 0, 2});
  batch_.Insert(*log_, {"b"}, "1");
  const auto report = sink_->Commit(batch_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kOffsetGap);
  EXPECT_EQ(report.error().record(), 1U);
  EXPECT_EQ(log_->Info().rows, 0U);
  EXPECT_TRUE(sink_->ResumeFrom("s").value().empty());
}

// The offsets of a run that were done before are REPLAYED, and only they.
TEST_F(SourcePass, ARunIsReplayedAsFarAsItWasDone) {
  for (const std::int64_t offset : {0, 1, 4}) batch_.From({"s", 0, offset});
  ASSERT_TRUE(sink_->Commit(batch_));
  batch_.Clear();
  for (std::int64_t offset = 0; offset < 6; ++offset) {
    batch_.From({"s", 0, offset});
    batch_.Insert(*log_, {offset}, "1");
  }
  const CommitReport report = sink_->Commit(batch_).value();
  std::string verdicts;
  for (const Outcome& outcome : report.outcomes()) {
    verdicts += outcome.verdict == Verdict::kReplayed ? 'r' : 'i';
  }
  EXPECT_EQ(verdicts, "rriiri");
  EXPECT_EQ(sink_->ResumeFrom("s").value()[0].next, 6);
}

// Offset 4 was done while gaps were tracked, so the gap behind it is in the middle of a run.
TEST_F(SourcePass, ARefusedGapInARunNamesItsRecord) {
  for (const std::int64_t offset : {0, 4}) batch_.From({"s", 0, offset});
  ASSERT_TRUE(sink_->Commit(batch_));
  ASSERT_TRUE(sink_->DeclareSource("s", {.gaps = GapPolicy::kRefuse}));
  batch_.Clear();
  batch_.Insert(*log_, {"before"}, "1");
  for (std::int64_t offset = 4; offset < 7; ++offset) {
    batch_.From({"s", 0, offset});
    batch_.Insert(*log_, {offset}, "1");
  }
  const auto report = sink_->Commit(batch_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kOffsetGap);
  EXPECT_EQ(report.error().record(), 2U);
  EXPECT_NE(report.error().message().find("offset 1 was expected and offset 5 came"),
            std::string::npos)
      << report.error().message();
}

TEST_F(SourcePass, AnEntryInQuarantineSaysWhereInTheRunItWasRead) {
  sink_.reset();
  Open({.on_invalid = InvalidPolicy::kQuarantine});
  for (std::int64_t offset = 7; offset < 10; ++offset) {
    batch_.From({"s", 0, offset});
    if (offset == 8) {
      batch_.Reject(*log_, "raw", "torn");
    } else {
      batch_.Insert(*log_, {offset}, "1");
    }
  }
  ASSERT_TRUE(sink_->Commit(batch_));
  const auto entries = sink_->NewSnapshot().value().Quarantine().value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].source, "s");
  EXPECT_EQ(entries[0].offset, 8);
}

TEST_F(SourcePass, AnotherIncarnationIsAnErrorUntilItIsAccepted) {
  batch_.From({"s", 0, 5, "one"});
  batch_.Insert(*log_, {"a"}, "1");
  ASSERT_TRUE(sink_->Commit(batch_));
  batch_.Clear();
  batch_.From({"s", 0, 0, "two"});
  batch_.Insert(*log_, {"b"}, "1");
  EXPECT_EQ(CommitError(), ErrorCode::kSourceReplaced);
  ASSERT_TRUE(sink_->Rewind("s", 0, {.to = 0, .reason = "new topic", .incarnation = "two"}));
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kInserted);
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kReplayed);
}

TEST_F(SourcePass, PartitionsAndRangesAreLimited) {
  sink_.reset();
  Open({.limits = {.source_partitions = 2, .ranges_per_partition = 2}});
  for (const int partition : {0, 1, 2}) batch_.From({"s", partition, 0});
  EXPECT_EQ(CommitError(), ErrorCode::kLimitExceeded);
  EXPECT_TRUE(sink_->ResumeFrom("s").value().empty());
  batch_.Clear();
  for (const std::int64_t offset : {0, 2, 4}) batch_.From({"s", 0, offset});
  const CommitReport report = sink_->Commit(batch_).value();
  ASSERT_EQ(report.gaps().size(), 2U);
  EXPECT_EQ(report.gaps()[1].offsets, (OffsetRange{3, 4}));
  batch_.From({"s", 0, 6});
  EXPECT_EQ(CommitError(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(sink_->ResumeFrom("s").value()[0].next, 1);
  batch_.Clear();
  batch_.From({"s", 0, 6});
  batch_.Advance("s", 0, 7);
  EXPECT_EQ(CommitError(), ErrorCode::kLimitExceeded) << "as in two batches";
}

TEST_F(SourcePass, EverythingBelowAnAdvanceIsDoneAlsoOfANewPartition) {
  batch_.Advance("s", 0, 100);
  batch_.From({"s", 0, 50});
  batch_.Insert(*log_, {"elsewhere"}, "1");
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kReplayed);
}

}  // namespace
}  // namespace idem
