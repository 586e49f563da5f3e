// SPDX-License-Identifier: Apache-2.0

#include "pipeline/blocked_bloom.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace idem::pipeline {
namespace {

std::vector<std::uint64_t> RandomHashes(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> hashes(count);
  for (std::uint64_t& hash : hashes) hash = random();
  return hashes;
}

TEST(BlockedBloom, NeverDeniesWhatItHolds) {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{64}, std::size_t{1000}, std::size_t{1} << 16}) {
    BlockedBloom bloom(bytes);
    auto hashes = RandomHashes(1, 20'000);
    hashes.insert(hashes.end(), {0, UINT64_MAX, UINT32_MAX, std::uint64_t{UINT32_MAX} << 32});
    for (const std::uint64_t hash : hashes) bloom.Add(hash);
    for (const std::uint64_t hash : hashes) ASSERT_TRUE(bloom.MayContain(hash)) << bytes;
  }
}

TEST(BlockedBloom, EmptyDeniesEverything) {
  BlockedBloom bloom(4096);
  for (const std::uint64_t hash : RandomHashes(2, 10'000)) EXPECT_FALSE(bloom.MayContain(hash));
}

TEST(BlockedBloom, FullIsSeldomWrong) {
  BlockedBloom bloom(1 << 17);
  EXPECT_EQ(bloom.capacity(), (std::uint64_t{1} << 20) / BlockedBloom::kBitsPerHash);
  for (const std::uint64_t hash : RandomHashes(3, bloom.capacity())) bloom.Add(hash);
  int wrong = 0;
  for (const std::uint64_t hash : RandomHashes(4, 100'000)) wrong += bloom.MayContain(hash);
  EXPECT_LT(wrong, 2'000);
  EXPECT_GT(wrong, 100) << "a filter that is never wrong is not a Bloom filter of this size";
}

TEST(BlockedBloom, WithoutMemoryDeniesNothing) {
  BlockedBloom bloom(BlockedBloom::kBlockBytes - 1);
  EXPECT_EQ(bloom.capacity(), 0U);
  bloom.Add(1);
  for (const std::uint64_t hash : RandomHashes(5, 100)) EXPECT_TRUE(bloom.MayContain(hash));
}

}  // namespace
}  // namespace idem::pipeline
