// SPDX-License-Identifier: Apache-2.0
#include "pipeline/key_index.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::pipeline {
namespace {

std::uint32_t Add(std::string_view key, KeyIndex* index) {
  const std::uint64_t hash = index->hash()(key);
  const bool known = index->Contains(key, hash);
  const std::size_t before = index->keys().size();
  const std::uint32_t number = index->Add(key, hash);
  EXPECT_EQ(known, index->keys().size() == before);
  EXPECT_TRUE(index->Contains(key, hash));
  return number;
}

// Far more keys than the table begins with: it grows, and most probes meet another key.
TEST(KeyIndex, NumbersKeysInOrderOfFirstUse) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50'000; ++i) keys.push_back("key-" + std::to_string(i));
  KeyIndex index;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(Add(keys[i], &index), i);
      ASSERT_EQ(Add(std::string(keys[i / 2]), &index), i / 2);
    }
    ASSERT_EQ(index.keys().size(), keys.size());
    index.Clear();
    EXPECT_TRUE(index.keys().empty());
  }
}

TEST(KeyIndex, ComparesWholeKeys) {
  KeyIndex index;
  EXPECT_EQ(Add("", &index), 0U);
  EXPECT_EQ(Add(std::string_view("\0", 1), &index), 1U);
  EXPECT_EQ(Add("a", &index), 2U);
  EXPECT_EQ(Add(std::string_view("a\0", 2), &index), 3U);
  EXPECT_EQ(Add("", &index), 0U);
  EXPECT_EQ(index.keys()[3], std::string_view("a\0", 2));
}

}  // namespace
}  // namespace idem::pipeline
