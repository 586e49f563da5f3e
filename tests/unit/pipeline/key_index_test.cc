// SPDX-License-Identifier: Apache-2.0
#include "pipeline/key_index.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::pipeline {
namespace {

// Far more keys than the table begins with: it grows, and most probes meet another key.
TEST(KeyIndex, NumbersKeysInOrderOfFirstUse) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50'000; ++i) keys.push_back("key-" + std::to_string(i));
  KeyIndex index;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(index.Add(keys[i]), i);
      ASSERT_EQ(index.Add(std::string(keys[i / 2])), i / 2);
    }
    ASSERT_EQ(index.keys().size(), keys.size());
    index.Clear();
    EXPECT_TRUE(index.keys().empty());
  }
}

TEST(KeyIndex, ComparesWholeKeys) {
  KeyIndex index;
  EXPECT_EQ(index.Add(""), 0U);
  EXPECT_EQ(index.Add(std::string_view("\0", 1)), 1U);
  EXPECT_EQ(index.Add("a"), 2U);
  EXPECT_EQ(index.Add(std::string_view("a\0", 2)), 3U);
  EXPECT_EQ(index.Add(""), 0U);
  EXPECT_EQ(index.keys()[3], std::string_view("a\0", 2));
}

}  // namespace
}  // namespace idem::pipeline
