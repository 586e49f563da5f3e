// SPDX-License-Identifier: Apache-2.0
#include "base/zero_bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace idem::base {
namespace {

constexpr std::size_t kLongest = 70;

// Every byte but zero, those next to it among them.
std::string Sample(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(1 + (i * 127) % 255));
  return bytes;
}

TEST(ZeroBytes, EverySizeIsCopiedAndNothingBehindIt) {
  for (std::size_t size = 0; size <= kLongest; ++size) {
    const std::string bytes = Sample(size);
    std::string out(size + 16, '#');
    EXPECT_TRUE(CopyWithoutZeros(bytes, out.data())) << size;
    EXPECT_EQ(out, bytes + std::string(16, '#'));
  }
}

TEST(ZeroBytes, OneIsFoundAtEveryPlace) {
  for (std::size_t size = 1; size <= kLongest; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string bytes = Sample(size);
      bytes[at] = '\0';
      std::string out(size, '#');
      EXPECT_FALSE(CopyWithoutZeros(bytes, out.data())) << size << " " << at;
      if (size >= sizeof(Word)) {
        EXPECT_FALSE(CopyWordsWithoutZeros(bytes, out.data()));
      }
    }
  }
}

TEST(ZeroBytes, WordsDoTheSame) {
  for (std::size_t size = sizeof(Word); size <= kLongest; ++size) {
    const std::string bytes = Sample(size);
    std::string out(size + 16, '#');
    EXPECT_TRUE(CopyWordsWithoutZeros(bytes, out.data())) << size;
    EXPECT_EQ(out, bytes + std::string(16, '#'));
  }
}

}  // namespace
}  // namespace idem::base
