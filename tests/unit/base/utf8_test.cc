// SPDX-License-Identifier: Apache-2.0

#include "base/utf8.h"

#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace idem::base {
namespace {

bool IsSurrogate(std::uint32_t code_point) { return code_point >= 0xd800 && code_point <= 0xdfff; }

std::string Encoded(std::uint32_t code_point) {
  std::string text;
  AppendUtf8(code_point, &text);
  return text;
}

TEST(Utf8Test, EveryCodePointButSurrogatesIsValid) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    const std::string text = Encoded(c);
    ASSERT_EQ(Utf8Size(text), IsSurrogate(c) ? 0 : text.size()) << std::hex << c;
  }
}

// All strings of up to three bytes, and of four with the lead bytes that matter, against the set of
// all encoded code points.
TEST(Utf8Test, NothingElseIsValid) {
  std::set<std::string> valid;
  for (std::uint32_t c = 0; c <= 0xffff; ++c) {
    if (!IsSurrogate(c)) valid.insert(Encoded(c));
  }
  const auto byte = [](int value) { return static_cast<char>(value); };
  for (int a = 0; a < 256; ++a) {
    const std::string one = {byte(a)};
    ASSERT_EQ(Utf8Size(one) == 1, valid.contains(one)) << a;
    for (int b = 0; b < 256; ++b) {
      const std::string two = {byte(a), byte(b)};
      ASSERT_EQ(Utf8Size(two) == 2, valid.contains(two)) << a << ' ' << b;
      for (const int c : {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff}) {
        const std::string three = {byte(a), byte(b), byte(c)};
        ASSERT_EQ(Utf8Size(three) == 3, valid.contains(three)) << a << ' ' << b << ' ' << c;
      }
    }
  }
}

TEST(Utf8Test, FourByteFormsEndAtTheLastCodePoint) {
  EXPECT_EQ(Utf8Size("\xf0\x90\x80\x80"), 4u);
  EXPECT_EQ(Utf8Size("\xf0\x8f\xbf\xbf"), 0u) << "overlong";
  EXPECT_EQ(Utf8Size("\xf4\x8f\xbf\xbf"), 4u);
  EXPECT_EQ(Utf8Size("\xf4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(Utf8Size("\xf5\x80\x80\x80"), 0u);
  EXPECT_EQ(Utf8Size("\xf0\x90\x80"), 0u) << "torn";
  EXPECT_EQ(Utf8Size("\xf0\x90\x80\xc0"), 0u);
}

TEST(Utf8Test, TextIsValidWhenAllOfItIs) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("gr\xc3\xbc\xc3\x9f"));
  EXPECT_FALSE(IsUtf8("gr\xc3"));
  EXPECT_FALSE(
      IsUtf8("\xff"
             "abc"));
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80")) << "a surrogate";
}

TEST(Utf8Test, EscapedTextIsSafeToPrint) {
  std::string text;
  AppendEscaped(std::string("a\"b\\c\n\r\t\0\x1b\x7f\xc3\xbc\xff\xc3", 15), &text);
  EXPECT_EQ(text, "a\\\"b\\\\c\\n\\r\\t\\u0000\\u001b\\u007f\xc3\xbc\\xff\\xc3");
}

}  // namespace
}  // namespace idem::base
