// SPDX-License-Identifier: Apache-2.0
//
// The short way to a duplicate says what the rules say, whatever the table's options.

#include "pipeline/decide.h"

#include "codec/row_envelope.h"
#include "pipeline/table_entry.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace idem::pipeline {
namespace {

constexpr std::uint64_t kCommit = 300;
constexpr codec::Fingerprint kContent{7, 8};
constexpr codec::Fingerprint kOtherContent{7, 9};

std::vector<TableOptions> AllTables() {
  std::vector<TableOptions> tables;
  for (const TableMode mode : {TableMode::kAppend, TableMode::kUpsert}) {
    for (const TieRule tie :
         {TieRule::kConverge, TieRule::kFirstWins, TieRule::kLastWins, TieRule::kConflict}) {
      for (const VersionKind kind : {VersionKind::kInteger, VersionKind::kNone}) {
        tables.push_back({.mode = mode, .version = kind, .tie = tie});
      }
    }
  }
  return tables;
}

std::vector<Candidate> Candidates(bool versioned) {
  std::vector<Candidate> candidates;
  for (const std::int64_t version : {-5, 0, 5}) {
    for (const std::uint32_t rank : {1u, 2u, 3u}) {
      for (const bool is_delete : {false, true}) {
        for (const codec::Fingerprint& content : {kContent, kOtherContent}) {
          Candidate& candidate = candidates.emplace_back();
          candidate.is_delete = is_delete;
          candidate.rank = rank;
          if (versioned) candidate.version = version;
          if (!is_delete) candidate.fingerprint = content;
        }
      }
    }
  }
  return candidates;
}

std::vector<codec::RowEnvelope> StoredRows(bool versioned) {
  const codec::RowEnvelope row{.commit = kCommit, .rank = 2, .fingerprint = kContent};
  codec::RowEnvelope derived = row, like_a_delete = row, tombstone = row;
  derived.fingerprint_derived = true;
  like_a_delete.fingerprint = {};
  tombstone.fingerprint = {};
  tombstone.tombstone = true;
  std::vector<codec::RowEnvelope> rows = {row, derived, like_a_delete, tombstone};
  for (codec::RowEnvelope& one : rows) {
    if (versioned) one.version = 0;
  }
  return rows;
}

struct Counts {
  std::size_t settled = 0;
  std::size_t left = 0;  // to the rules, although they find a duplicate
};

// Of one table: what the short way settles, the rules settle alike.
void CompareWithRules(const TableOptions& options, Counts* counts) {
  const TableEntry table(0, {.name = "t", .options = options});
  BatchRecord record;
  record.table = &table;
  const bool versioned = options.version_kind() == VersionKind::kInteger;
  for (const codec::RowEnvelope& row : StoredRows(versioned)) {
    char bytes[codec::kRowHeadBytesMax];
    const std::string_view head(bytes, codec::PutRowHead(row, bytes));
    for (const Candidate& candidate : Candidates(versioned)) {
      Outcome by_rules;
      const bool settles = Settle(record, candidate, row, &by_rules);
      Outcome outcome;
      if (SettleRepeat(candidate, head, &outcome)) {
        ++counts->settled;
        EXPECT_TRUE(settles);
        EXPECT_EQ(outcome.verdict, by_rules.verdict);
        EXPECT_EQ(outcome.reason, by_rules.reason);
        EXPECT_EQ(outcome.commit, kCommit);
      } else if (settles && by_rules.verdict == Verdict::kDuplicate) {
        ++counts->left;
      }
    }
  }
}

TEST(DecideTest, ARepeatIsSettledAsTheRulesSettleIt) {
  for (const TableOptions& options : AllTables()) {
    Counts counts;
    CompareWithRules(options, &counts);
    EXPECT_GT(counts.settled, 0u);
    EXPECT_GT(counts.left, 0u) << "deletes at the least";
  }
}

}  // namespace
}  // namespace idem::pipeline
