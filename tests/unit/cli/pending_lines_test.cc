// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/pending_lines.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace idem::cli {
namespace {

Unit Line(std::string_view text) {
  Unit unit;
  unit.text = text;
  unit.bytes = text.size();
  return unit;
}

TEST(PendingLinesTest, GivesLinesBackAsTheyWere) {
  PendingLines lines;
  lines.Add(Line("one"), true);
  lines.Add(Line(""), false);
  lines.Add(Line("three"), true);
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.records(), 2U);
  EXPECT_EQ(lines.unit(2).text, "three");
  EXPECT_EQ(lines.Joined(3), "one\n\nthree");
  lines.Clear();
  EXPECT_EQ(lines.bytes(), 0U);
}

// The limit of pending memory is asked by bytes(), and a million blank lines are a million entries.
TEST(PendingLinesTest, CountsWhatALineTakesBesidesItsText) {
  constexpr std::size_t kCount = 1000;
  PendingLines blank;
  PendingLines text;
  for (std::size_t i = 0; i < kCount; ++i) {
    blank.Add(Line(""), false);
    text.Add(Line("0123456789"), true);
  }
  EXPECT_GE(blank.bytes(), kCount * sizeof(Unit));
  EXPECT_EQ(text.bytes(), blank.bytes() + kCount * 10);
}

}  // namespace
}  // namespace idem::cli
