// SPDX-License-Identifier: Apache-2.0
#include "base/copy_unless_zeros.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace idem::base {
namespace {

constexpr std::size_t kSizes = 80;
constexpr char kBeyond = '#';

std::string Text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(0x80 + 37 * i) | 1);
  return text;
}

TEST(CopyUnlessZeros, CopiesAllOfATextAndNothingMore) {
  for (std::size_t size = 0; size < kSizes; ++size) {
    const std::string text = Text(size);
    std::string out(size + 1, kBeyond);
    ASSERT_TRUE(CopyUnlessZeros(text, out.data())) << size;
    EXPECT_EQ(out, text + kBeyond) << size;
  }
}

TEST(CopyUnlessZeros, SeesAZeroWhereverItStands) {
  for (std::size_t size = 1; size < kSizes; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = Text(size);
      text[at] = '\0';
      std::string out(size + 1, kBeyond);
      EXPECT_FALSE(CopyUnlessZeros(text, out.data())) << at << " of " << size;
      EXPECT_EQ(out.back(), kBeyond) << at << " of " << size;
    }
  }
}

// What the arithmetic on words might take for a zero, or what it borrows from one.
TEST(CopyUnlessZeros, TakesNoOtherByteForAZero) {
  for (std::size_t size = 1; size < kSizes; ++size) {
    for (int byte = 1; byte < 256; ++byte) {
      const std::string text(size, static_cast<char>(byte));
      std::string out(size, kBeyond);
      ASSERT_TRUE(CopyUnlessZeros(text, out.data())) << byte << " times " << size;
      ASSERT_EQ(out, text);
    }
  }
}

}  // namespace
}  // namespace idem::base
