// SPDX-License-Identifier: Apache-2.0

#include "codec/version_order.h"

#include <gtest/gtest.h>
#include <idem/limits.h>
#include <idem/table_options.h>

#include <string>
#include <vector>

namespace idem::codec {
namespace {

constexpr auto kLess = std::strong_ordering::less;

std::string Normal(std::string_view text) {
  std::string normal = "left over";
  const Reason reason = CheckVersion(VersionKind::kHex, text, &normal);
  return reason == Reason::kNone ? normal : std::string(ToString(reason));
}

std::strong_ordering CompareHex(std::string_view a, std::string_view b) {
  const std::string x = Normal(a);
  const std::string y = Normal(b);
  return CompareVersions(VersionKind::kHex, x, y);
}

TEST(VersionOrderTest, EachKindTakesItsOwnVersionsOnly) {
  const Version none;
  const Version integer = 7;
  const Version text = "7";
  struct Case {
    VersionKind kind;
    Reason none, integer, text;
  };
  const std::vector<Case> cases = {
      {VersionKind::kNone, Reason::kNone, Reason::kVersionUnexpected, Reason::kVersionUnexpected},
      {VersionKind::kInteger, Reason::kVersionMissing, Reason::kNone, Reason::kVersionKindMismatch},
      {VersionKind::kBytes, Reason::kVersionMissing, Reason::kVersionKindMismatch, Reason::kNone},
      {VersionKind::kHex, Reason::kVersionMissing, Reason::kVersionKindMismatch, Reason::kNone},
  };
  for (const Case& one : cases) {
    std::string normal;
    EXPECT_EQ(CheckVersion(one.kind, none, &normal), one.none) << ToString(one.kind);
    EXPECT_EQ(CheckVersion(one.kind, integer, &normal), one.integer) << ToString(one.kind);
    EXPECT_EQ(CheckVersion(one.kind, text, &normal), one.text) << ToString(one.kind);
  }
}

TEST(VersionOrderTest, TextHasALimit) {
  std::string normal;
  const std::string longest(kVersionBytesMax, 'a');
  const std::string too_long(kVersionBytesMax + 1, 'a');
  for (const VersionKind kind : {VersionKind::kBytes, VersionKind::kHex}) {
    EXPECT_EQ(CheckVersion(kind, longest, &normal), Reason::kNone);
    EXPECT_EQ(CheckVersion(kind, too_long, &normal), Reason::kVersionMalformed);
  }
}

TEST(VersionOrderTest, OnlyHexHasANormalForm) {
  std::string normal = "mine";
  EXPECT_EQ(CheckVersion(VersionKind::kBytes, "0a", &normal), Reason::kNone);
  EXPECT_EQ(CheckVersion(VersionKind::kInteger, 1, &normal), Reason::kNone);
  EXPECT_EQ(normal, "mine");
}

TEST(VersionOrderTest, HexNormalForm) {
  EXPECT_EQ(Normal("0"), "0");
  EXPECT_EQ(Normal("000"), "0");
  EXPECT_EQ(Normal("00a0"), "A0");
  EXPECT_EQ(Normal("fff/b"), "FFF/B");
  EXPECT_EQ(Normal("0/000/16B3748"), "0/0/16B3748");
  EXPECT_EQ(Normal("1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/0"), "1/2/3/4/5/6/7/8/9/A/B/C/D/E/F/0");
}

TEST(VersionOrderTest, OtherTextIsNotHex) {
  for (const char* text : {"", "/", "/1", "1/", "1//2", "g", "0x1", " 1", "1 ", "-1", "1\n",
                           "1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/0/1"}) {
    EXPECT_EQ(Normal(text), "version_malformed") << text;
  }
}

// CASES A15: compared as text, "FFF/B" would be the newer one.
TEST(VersionOrderTest, HexSectionsCompareAsNumbers) {
  EXPECT_EQ(CompareHex("FFF/B", "FFF/ABC"), kLess);
  const std::vector<std::string> ascending = {"0",
                                              "0/0",
                                              "0/1",
                                              "1",
                                              "1/0",
                                              "9",
                                              "A",
                                              "F",
                                              "F/F",
                                              "10",
                                              "FFF",
                                              "FFF/B",
                                              "FFF/ABC",
                                              "1000",
                                              "FFFFFFFFFFFFFFFFF",
                                              "100000000000000000"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(CompareHex(ascending[i], ascending[j]), i <=> j)
          << ascending[i] << ' ' << ascending[j];
    }
  }
  EXPECT_EQ(CompareHex("0a/00b", "A/B"), std::strong_ordering::equal);
}

TEST(VersionOrderTest, IntegersAndBytes) {
  EXPECT_EQ(CompareVersions(VersionKind::kInteger, INT64_MIN, -1), kLess);
  EXPECT_EQ(CompareVersions(VersionKind::kInteger, -1, 0), kLess);
  EXPECT_EQ(CompareVersions(VersionKind::kInteger, 5, 5), std::strong_ordering::equal);
  EXPECT_EQ(CompareVersions(VersionKind::kBytes, "", "a"), kLess);
  EXPECT_EQ(CompareVersions(VersionKind::kBytes, "2024-06-01T00:00:00Z", "2024-06-01T00:00:01Z"),
            kLess);
  EXPECT_EQ(CompareVersions(VersionKind::kBytes, "\x7f", "\x80"), kLess) << "bytes are unsigned";
  EXPECT_EQ(CompareVersions(VersionKind::kNone, Version(), Version()), std::strong_ordering::equal);
}

TEST(VersionOrderTest, StoredVersionsViewBackAsTheyWere) {
  EXPECT_FALSE(ToView(ToStored(Version())).has_value());
  const StoredVersion integer = ToStored(-5);
  EXPECT_TRUE(ToView(integer).is_integer());
  EXPECT_EQ(ToView(integer).integer(), -5);
  const StoredVersion text = ToStored("abc");
  EXPECT_FALSE(ToView(text).is_integer());
  EXPECT_EQ(ToView(text).text(), "abc");
  EXPECT_EQ(ToView(text).text().data(), std::get<std::string>(text).data());
}

}  // namespace
}  // namespace idem::codec
