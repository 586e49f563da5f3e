// SPDX-License-Identifier: Apache-2.0
#include "base/equal_words.h"

#include <gtest/gtest.h>

namespace idem::base {
namespace {

TEST(EqualWords, SaysWhichOnes) {
  // Words that share halves and signs with the one that is looked for.
  const std::uint32_t word = 0x8000ffff;
  for (unsigned equal = 0; equal < 256; ++equal) {
    std::uint32_t words[8] = {0, 0xffffffff, 0x0000ffff, 0x80000000, 0x80008000, 0x7fff, 1, 0xffff};
    for (unsigned i = 0; i < 8; ++i) {
      if ((equal >> i & 1) != 0) words[i] = word;
    }
    EXPECT_EQ(EqualWords(words, word), equal);
  }
}

}  // namespace
}  // namespace idem::base
