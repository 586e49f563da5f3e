// SPDX-License-Identifier: Apache-2.0
#include "rules/validate.h"

#include <idem/limits.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace idem::rules {
namespace {

TableOptions Append() { return {.mode = TableMode::kAppend}; }

void ExpectRefused(const TableOptions& options, std::string_view part) {
  const Result<void> result = CheckTableOptions(options);
  ASSERT_FALSE(result) << part;
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(result.error().message().find(part), std::string::npos) << result.error().message();
}

TEST(TableOptionsCheck, DefaultsAndFullOnesAreTaken) {
  EXPECT_TRUE(CheckTableOptions({}));
  EXPECT_TRUE(CheckTableOptions(Append()));
  TableOptions full{.version = VersionKind::kInteger, .tie = TieRule::kConflict};
  full.horizon = 0;
  full.version_max = INT64_MIN;
  full.ignored_members.assign(kIgnoredMembersMax, std::string(1024, 'm'));
  EXPECT_TRUE(CheckTableOptions(full));
}

TEST(TableOptionsCheck, EnumeratorsExist) {
  ExpectRefused({.mode = static_cast<TableMode>(2)}, "enumerators");
  ExpectRefused({.version = static_cast<VersionKind>(4)}, "enumerators");
  ExpectRefused({.tie = static_cast<TieRule>(4)}, "enumerators");
}

TEST(TableOptionsCheck, AnUnversionedUpsertTableNeedsAnotherTieRule) {
  TableOptions options{.version = VersionKind::kNone};
  ExpectRefused(options, "cannot converge");
  for (const TieRule tie : {TieRule::kFirstWins, TieRule::kLastWins, TieRule::kConflict}) {
    options.tie = tie;
    EXPECT_TRUE(CheckTableOptions(options));
  }
}

TEST(TableOptionsCheck, HorizonAndVersionMaxNeedIntegers) {
  for (const VersionKind kind : {VersionKind::kBytes, VersionKind::kHex}) {
    TableOptions options{.version = kind};
    options.horizon = 1;
    ExpectRefused(options, "integer versions");
    options.horizon.reset();
    options.version_max = 1;
    ExpectRefused(options, "integer versions");
  }
  TableOptions append = Append();
  append.horizon = 1;
  ExpectRefused(append, "integer versions");
  append.version = VersionKind::kInteger;
  EXPECT_TRUE(CheckTableOptions(append));
  append.horizon = -1;
  ExpectRefused(append, "negative");
}

TEST(TableOptionsCheck, IgnoredMembersAreBounded) {
  TableOptions options;
  options.ignored_members = {""};
  ExpectRefused(options, "dotted path");
  options.ignored_members = {std::string(1025, 'm')};
  ExpectRefused(options, "dotted path");
  options.ignored_members.assign(kIgnoredMembersMax + 1, "m");
  ExpectRefused(options, "64");
}

TEST(OperationCheck, EachModeHasItsOwn) {
  const struct {
    Operation operation;
    bool append, upsert;
  } kRows[] = {{Operation::kInsert, true, false},
               {Operation::kUpsert, false, true},
               {Operation::kDelete, false, true},
               {Operation::kReject, false, false}};
  const auto reason = [](bool fits) { return fits ? Reason::kNone : Reason::kOperationNotAllowed; };
  for (const auto& row : kRows) {
    EXPECT_EQ(CheckOperation(Append(), row.operation), reason(row.append));
    EXPECT_EQ(CheckOperation({}, row.operation), reason(row.upsert));
  }
}

TEST(RecordVersionCheck, FollowsTheTable) {
  std::string normal;
  EXPECT_EQ(CheckRecordVersion({}, Version(1), &normal), Reason::kNone);
  EXPECT_EQ(CheckRecordVersion({}, Version(), &normal), Reason::kVersionMissing);
  EXPECT_EQ(CheckRecordVersion({}, Version("1"), &normal), Reason::kVersionKindMismatch);
  EXPECT_EQ(CheckRecordVersion(Append(), Version(1), &normal), Reason::kVersionUnexpected);
  EXPECT_EQ(CheckRecordVersion(Append(), Version(), &normal), Reason::kNone);
  const TableOptions hex{.version = VersionKind::kHex};
  EXPECT_EQ(CheckRecordVersion(hex, Version("0a/0"), &normal), Reason::kNone);
  EXPECT_EQ(normal, "A/0");
  EXPECT_EQ(CheckRecordVersion(hex, Version("x"), &normal), Reason::kVersionMalformed);
}

TEST(RecordVersionCheck, AVersionAboveTheMostIsTooFar) {
  TableOptions options;
  options.version_max = 100;
  std::string normal;
  EXPECT_EQ(CheckRecordVersion(options, Version(100), &normal), Reason::kNone);
  EXPECT_EQ(CheckRecordVersion(options, Version(101), &normal), Reason::kVersionTooFar);
  EXPECT_EQ(CheckRecordVersion(options, Version(INT64_MIN), &normal), Reason::kNone);
}

}  // namespace
}  // namespace idem::rules
