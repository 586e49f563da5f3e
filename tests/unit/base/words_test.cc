// SPDX-License-Identifier: Apache-2.0
//
// The words of errors, verdicts and options: they stand in logs, metrics and scripts, so each is
// pinned here.

#include <gtest/gtest.h>
#include <idem/error.h>
#include <idem/table_options.h>
#include <idem/verdict.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace idem {
namespace {

TEST(WordsTest, EveryErrorCodeHasItsNameAndNextStep) {
  const std::vector<std::pair<std::string, NextStep>> expected = {
      {"InvalidArgument", NextStep::kFixInput},
      {"NotFound", NextStep::kFixInput},
      {"InvalidRecord", NextStep::kFixInput},
      {"LimitExceeded", NextStep::kFixInput},
      {"DefinitionChanged", NextStep::kFixInput},
      {"OffsetGap", NextStep::kFixInput},
      {"SourceReplaced", NextStep::kFixInput},
      {"TokenReused", NextStep::kFixInput},
      {"TokenForgotten", NextStep::kFixInput},
      {"StoreMissing", NextStep::kFixInput},
      {"StoreLocked", NextStep::kRetry},
      {"Fenced", NextStep::kStopWriting},
      {"CommitUnknown", NextStep::kReopen},
      {"Poisoned", NextStep::kReopen},
      {"IoError", NextStep::kRetry},
      {"Corruption", NextStep::kInspectStore},
      {"FormatUnsupported", NextStep::kInspectStore},
      {"Unsupported", NextStep::kFixInput},
      {"StoreBehind", NextStep::kInspectStore},
      {"NoSpace", NextStep::kRetry},
      {"Stalled", NextStep::kRetry},
      {"UnsafeDirectory", NextStep::kFixInput},
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto code = static_cast<ErrorCode>(i + 1);
    EXPECT_EQ(ToString(code), expected[i].first);
    EXPECT_EQ(Error(code, "").next_step(), expected[i].second) << expected[i].first;
  }
}

TEST(WordsTest, AnUnknownErrorCodeAsksForInspection) {
  const Error error(static_cast<ErrorCode>(200), "from a newer library");
  EXPECT_EQ(error.ToString(), "Unknown: from a newer library");
  EXPECT_EQ(error.next_step(), NextStep::kInspectStore);
}

TEST(WordsTest, AnErrorReadsAsCodeAndMessage) {
  const Error error(ErrorCode::kStoreLocked, "in use; close the other writer");
  EXPECT_EQ(error.ToString(), "StoreLocked: in use; close the other writer");
  EXPECT_EQ(error.message(), "in use; close the other writer");
}

TEST(WordsTest, EveryNextStepIsASentenceOfItsOwn) {
  std::set<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(NextStep::kInspectStore); ++i) {
    sentences.insert(ToString(static_cast<NextStep>(i)));
  }
  EXPECT_EQ(sentences.size(), 5u);
  EXPECT_FALSE(sentences.contains(""));
  EXPECT_EQ(ToString(NextStep::kReopen), "reopen the store and resume from its checkpoints");
}

TEST(WordsTest, Verdicts) {
  const std::vector<std::string> expected = {"INVALID",  "FENCED",   "REPLAYED", "DUPLICATE",
                                             "CONFLICT", "TOO_LATE", "STALE",    "UNCHANGED",
                                             "INSERTED", "UPDATED",  "DELETED",  "MERGED"};
  ASSERT_EQ(expected.size(), kVerdictCount);
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    EXPECT_EQ(ToString(static_cast<Verdict>(i)), expected[i]);
  }
  EXPECT_EQ(ToString(static_cast<Verdict>(kVerdictCount)), "");
}

TEST(WordsTest, Reasons) {
  EXPECT_EQ(ToString(Reason::kNone), "");
  EXPECT_EQ(ToString(Reason::kKeyMissing), "key_missing");
  EXPECT_EQ(ToString(Reason::kVersionTooFar), "version_too_far");
  EXPECT_EQ(ToString(Reason::kBeyondHorizon), "beyond_horizon");
  // 14 for INVALID, 3 for DUPLICATE and CONFLICT, 2 for STALE and UPDATED, 1 for TOO_LATE.
  std::set<std::string_view> words;
  for (int i = 0; i < 256; ++i) words.insert(ToString(static_cast<Reason>(i)));
  words.erase("");
  EXPECT_EQ(words.size(), 20u);
}

TEST(WordsTest, ANamedPartitionNeverReadsAsANumber) {
  EXPECT_EQ(Partition(7).ToString(), "7");
  EXPECT_EQ(Partition("7").ToString(), "\"7\"");
  EXPECT_EQ(Partition("-7").ToString(), "\"-7\"");
  EXPECT_EQ(Partition("7a").ToString(), "7a");
  EXPECT_EQ(Partition("-").ToString(), "-");
  EXPECT_EQ(Partition("").ToString(), "");
}

TEST(WordsTest, TableOptions) {
  EXPECT_EQ(ToString(TableMode::kAppend), "append");
  EXPECT_EQ(ToString(TableMode::kUpsert), "upsert");
  EXPECT_EQ(ToString(TieRule::kConverge), "converge");
  EXPECT_EQ(ToString(TieRule::kFirstWins), "first");
  EXPECT_EQ(ToString(TieRule::kLastWins), "last");
  EXPECT_EQ(ToString(TieRule::kConflict), "conflict");
  EXPECT_EQ(ToString(VersionKind::kNone), "none");
  EXPECT_EQ(ToString(VersionKind::kInteger), "integer");
  EXPECT_EQ(ToString(VersionKind::kBytes), "bytes");
  EXPECT_EQ(ToString(VersionKind::kHex), "hex");
}

}  // namespace
}  // namespace idem
