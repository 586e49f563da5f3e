// SPDX-License-Identifier: Apache-2.0

#include "base/hex.h"

#include <gtest/gtest.h>

namespace idem::base {
namespace {

TEST(HexTest, WritesLowerCase) {
  EXPECT_EQ(ToHex(std::string("\x00\x7f\xab\xff", 4)), "007fabff");
  EXPECT_EQ(ToHex(""), "");
  std::string hex;
  AppendHex64(0x0123456789abcdef, &hex);
  EXPECT_EQ(hex, "0123456789abcdef");
}

TEST(HexTest, ReadsEitherCaseAndNothingElse) {
  for (int c = 0; c < 256; ++c) {
    const std::size_t lower = std::string_view("0123456789abcdef").find(static_cast<char>(c));
    const std::size_t upper = std::string_view("0123456789ABCDEF").find(static_cast<char>(c));
    const int expected = lower < 16   ? static_cast<int>(lower)
                         : upper < 16 ? static_cast<int>(upper)
                                      : -1;
    EXPECT_EQ(HexDigit(static_cast<char>(c)), expected) << c;
  }
}

TEST(HexTest, ParsesExactlySixteenDigits) {
  std::uint64_t value = 0;
  ASSERT_TRUE(ParseHex64("0123456789ABCdef", &value));
  EXPECT_EQ(value, 0x0123456789abcdefu);
  EXPECT_FALSE(ParseHex64("123456789abcdef", &value));
  EXPECT_FALSE(ParseHex64("00123456789abcdef", &value));
  EXPECT_FALSE(ParseHex64("0x23456789abcdef", &value));
  EXPECT_FALSE(ParseHex64("", &value));
}

}  // namespace
}  // namespace idem::base
