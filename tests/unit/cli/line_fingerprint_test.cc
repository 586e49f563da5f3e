// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/line_fingerprint.h"

#include <gtest/gtest.h>

namespace idem::cli {
namespace {

TEST(LineFingerprintTest, DoesNotDependOnHowLinesAreCut) {
  LineFingerprint one_by_one;
  one_by_one.Add("a", 1);
  one_by_one.Add("b", 1);
  LineFingerprint together;
  together.Add("a\nb", 2);
  EXPECT_EQ(one_by_one.Note(), together.Note());
  EXPECT_EQ(one_by_one.lines(), 2u);
}

TEST(LineFingerprintTest, TellsOtherLinesApart) {
  LineFingerprint a, b;
  a.Add("ab", 1);
  a.Add("c", 1);
  b.Add("a", 1);
  b.Add("bc", 1);
  EXPECT_NE(a.Hash(), b.Hash());
}

TEST(LineFingerprintTest, ACopyGoesOnAlone) {
  LineFingerprint original;
  original.Add("a", 1);
  const std::string before = original.Note();
  LineFingerprint copy = original;
  copy.Add("b", 1);
  EXPECT_EQ(original.Note(), before);
  EXPECT_NE(copy.Note(), before);
}

TEST(LineFingerprintTest, ReadsItsOwnNoteAndNoOther) {
  LineFingerprint lines;
  lines.Add("a", 1);
  const std::optional<FingerprintNote> note = FingerprintNote::Parse(lines.Note());
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->lines, 1u);
  EXPECT_EQ(note->hash, lines.Hash());
  EXPECT_EQ(lines.Note().size() > 256, false);
  for (const char* other : {"", "lines:", "lines:x xxh3:0", "lines:1 xxh3:00", "by hand"}) {
    EXPECT_FALSE(FingerprintNote::Parse(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace idem::cli
