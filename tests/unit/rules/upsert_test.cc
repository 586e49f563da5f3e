// SPDX-License-Identifier: Apache-2.0
//
// Every row of the table in rules/upsert.h, and every tie rule.
#include "rules/upsert.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string_view>

namespace idem::rules {
namespace {

constexpr codec::Fingerprint kLow{1, 0};
constexpr codec::Fingerprint kHigh{2, 0};

const Stored kNothing{};
Stored Row(Version version, codec::Fingerprint fingerprint = kLow, std::uint32_t rank = 0) {
  return {true, false, version, rank, fingerprint};
}
Stored Tombstone(Version version, std::uint32_t rank = 0) {
  return {true, true, version, rank, {}};
}
Incoming Upsert(Version version, codec::Fingerprint fingerprint = kLow, std::uint32_t rank = 0) {
  return {false, version, rank, fingerprint};
}
Incoming Delete(Version version, std::uint32_t rank = 0) { return {true, version, rank, {}}; }

struct Case {
  const char* name;
  Stored stored;
  Incoming incoming;
  Decision decision;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class UpsertTable : public ::testing::TestWithParam<Case> {};

TEST_P(UpsertTable, HoldsUnderEveryTieRule) {
  const Case& c = GetParam();
  for (const TieRule tie :
       {TieRule::kConverge, TieRule::kFirstWins, TieRule::kLastWins, TieRule::kConflict}) {
    const Decision decision = DecideUpsert(VersionKind::kInteger, tie, c.stored, c.incoming);
    EXPECT_EQ(decision, c.decision) << ToString(tie) << ": " << ToString(decision.verdict);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, UpsertTable,
    ::testing::Values(
        Case{"nothing_upsert", kNothing, Upsert(1), {Verdict::kInserted}},
        Case{"nothing_delete", kNothing, Delete(1), {Verdict::kDeleted}},
        Case{"row_lower_upsert", Row(5), Upsert(4), {Verdict::kStale, Reason::kOlderVersion}},
        Case{"row_lower_rank",
             Row(5),
             Upsert(4, kHigh, 9),
             {Verdict::kStale, Reason::kOlderVersion}},
        Case{"row_lower_delete", Row(5), Delete(4), {Verdict::kStale, Reason::kOlderVersion}},
        Case{"tombstone_lower_upsert",
             Tombstone(5),
             Upsert(4),
             {Verdict::kStale, Reason::kOlderVersion}},
        Case{"tombstone_lower_delete",
             Tombstone(5),
             Delete(4),
             {Verdict::kStale, Reason::kOlderVersion}},
        Case{"row_higher_same", Row(5), Upsert(6), {Verdict::kUnchanged}},
        Case{"row_higher_other", Row(5), Upsert(6, kHigh), {Verdict::kUpdated}},
        Case{"row_higher_lower_rank", Row(5, kHigh, 9), Upsert(6), {Verdict::kUpdated}},
        Case{"row_higher_delete", Row(5), Delete(6), {Verdict::kDeleted}},
        Case{"tombstone_higher_upsert", Tombstone(5), Upsert(6), {Verdict::kInserted}},
        Case{"tombstone_higher_delete", Tombstone(5), Delete(6), {Verdict::kUnchanged}},
        Case{"row_equal_same", Row(5), Upsert(5), {Verdict::kDuplicate, Reason::kSameKey}},
        Case{"row_equal_same_rank",
             Row(5),
             Upsert(5, kLow, 9),
             {Verdict::kDuplicate, Reason::kSameKey}},
        Case{"tombstone_equal_delete",
             Tombstone(5),
             Delete(5),
             {Verdict::kDuplicate, Reason::kSameKey}}),
    [](const auto& param) { return param.param.name; });

constexpr Decision kStays{Verdict::kStale, Reason::kTie};
constexpr Decision kRefused{Verdict::kConflict, Reason::kSameKey};
constexpr Decision kUpdates{Verdict::kUpdated, Reason::kTie};
constexpr Decision kDeletes{Verdict::kDeleted, Reason::kTie};
constexpr Decision kInserts{Verdict::kInserted, Reason::kTie};

TEST(UpsertTie, EveryRuleForEveryPair) {
  const struct {
    const char* name;
    Stored stored;
    Incoming incoming;
    Decision converge, last;
  } kRows[] = {
      {"higher fingerprint", Row(5, kLow), Upsert(5, kHigh), kUpdates, kUpdates},
      {"lower fingerprint", Row(5, kHigh), Upsert(5, kLow), kStays, kUpdates},
      {"higher rank", Row(5, kHigh), Upsert(5, kLow, 1), kUpdates, kUpdates},
      {"lower rank", Row(5, kLow, 1), Upsert(5, kHigh), kStays, kUpdates},
      {"delete beats upsert", Row(5, kHigh), Delete(5), kDeletes, kDeletes},
      {"upsert loses to delete", Tombstone(5), Upsert(5, kHigh), kStays, kInserts},
      {"rank before delete", Row(5, kLow, 1), Delete(5), kStays, kDeletes},
      {"rank resurrects", Tombstone(5), Upsert(5, kLow, 1), kInserts, kInserts},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto decide = [&](TieRule tie) {
      return DecideUpsert(VersionKind::kInteger, tie, row.stored, row.incoming);
    };
    EXPECT_EQ(decide(TieRule::kConverge), row.converge);
    EXPECT_EQ(decide(TieRule::kFirstWins), kStays);
    EXPECT_EQ(decide(TieRule::kLastWins), row.last);
    EXPECT_EQ(decide(TieRule::kConflict), kRefused);
  }
}

TEST(UpsertTie, VersionsOfUnversionedTablesAreEqual) {
  const auto decide = [](const Stored& stored, const Incoming& incoming) {
    return DecideUpsert(VersionKind::kNone, TieRule::kLastWins, stored, incoming);
  };
  EXPECT_EQ(decide(Row({}, kLow), Upsert({}, kHigh)), kUpdates);
  EXPECT_EQ(decide(Row({}, kLow), Upsert({}, kLow)),
            (Decision{Verdict::kDuplicate, Reason::kSameKey}));
}

TEST(UpsertVersions, AreComparedByTheTablesKind) {
  const auto decide = [](VersionKind kind, std::string_view stored, std::string_view incoming) {
    return DecideUpsert(kind, TieRule::kConverge, Row(Version(stored)),
                        Upsert(Version(incoming), kHigh))
        .verdict;
  };
  EXPECT_EQ(decide(VersionKind::kHex, "FFF/B", "FFF/ABC"), Verdict::kUpdated);
  EXPECT_EQ(decide(VersionKind::kBytes, "FFF/B", "FFF/ABC"), Verdict::kStale);
  EXPECT_EQ(decide(VersionKind::kBytes, "2024-01", "2024-02"), Verdict::kUpdated);
}

}  // namespace
}  // namespace idem::rules
