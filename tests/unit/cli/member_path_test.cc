// SPDX-License-Identifier: Apache-2.0

#include "cli/input/member_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idem::cli {
namespace {

using ::testing::ElementsAre;

TEST(MemberPathTest, SplitsAtDots) {
  const MemberPath path = MemberPath::Parse("a.b c.d").value();
  EXPECT_THAT(path.segments, ElementsAre("a", "b c", "d"));
  EXPECT_EQ(path.column, "a.b c.d");
  EXPECT_EQ(path.text, "a.b c.d");
}

TEST(MemberPathTest, TakesWhatABackslashPrecedesLiterally) {
  const MemberPath path = MemberPath::Parse(R"(a\.b.c\\d)").value();
  EXPECT_THAT(path.segments, ElementsAre("a.b", "c\\d"));
  EXPECT_EQ(path.column, "a.b.c\\d");
}

TEST(MemberPathTest, RefusesEmptySegments) {
  for (const char* text : {"", ".", "a.", ".a", "a..b", "a\\"}) {
    EXPECT_FALSE(MemberPath::Parse(text).has_value()) << text;
  }
}

TEST(MemberPathTest, SplitsListsAtCommas) {
  const std::vector<MemberPath> paths = MemberPath::ParseList(R"(a,b.c,d\,e)").value();
  ASSERT_EQ(paths.size(), 3u);
  EXPECT_THAT(paths[1].segments, ElementsAre("b", "c"));
  EXPECT_EQ(paths[2].column, "d,e");
  for (const char* text : {"", ",", "a,", ",a", "a,,b", "a\\"}) {
    EXPECT_FALSE(MemberPath::ParseList(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace idem::cli
