// SPDX-License-Identifier: Apache-2.0
#include "base/short_bytes.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace idem::base {
namespace {

constexpr std::size_t kSizes = 80;  // beyond what counts as short

TEST(ShortBytes, EqualOnesAreTheSameAndOneOtherByteIsNot) {
  for (std::size_t size = 0; size < kSizes; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(7 * i + 1));
    const std::string same = bytes;
    EXPECT_TRUE(SameBytes(bytes, same)) << size;
    EXPECT_FALSE(SameBytes(bytes, same + "x")) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = bytes;
      other[at] = static_cast<char>(other[at] ^ 0x80);
      EXPECT_FALSE(SameBytes(bytes, other)) << at << " of " << size;
    }
  }
}

TEST(ShortBytes, ItsWordsCoverEveryByteAndNoOther) {
  for (std::size_t size = sizeof(Word); size < kSizes; ++size) {
    std::string seen(size, '-');
    ForEachWord(size, [&](std::size_t at) {
      ASSERT_LE(at + sizeof(Word), size);
      seen.replace(at, sizeof(Word), sizeof(Word), 'x');
    });
    EXPECT_EQ(seen, std::string(size, 'x'));
  }
}

}  // namespace
}  // namespace idem::base
