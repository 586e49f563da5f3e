// SPDX-License-Identifier: Apache-2.0
#include "pipeline/blocked_bloom.h"

#include "base/fetch.h"

#include <algorithm>

namespace idem::pipeline {
namespace {

constexpr int kProbes = 6;
constexpr std::size_t kBlocksMax = (std::size_t{1} << 32) - 1;

// The upper half of the hash chooses the block, the lower half walks through it: each round
// multiplies by the golden ratio and takes the top nine bits, one of the block's 512.
template <typename Visit>
void ForEachBit(std::uint64_t hash, Visit&& visit) noexcept {
  auto walk = static_cast<std::uint32_t>(hash);
  for (int probe = 0; probe < kProbes; ++probe) {
    const std::uint32_t bit = walk >> 23;
    if (!visit(bit >> 6, std::uint64_t{1} << (bit & 63))) return;
    walk *= 0x9e3779b9U;
  }
}

}  // namespace

BlockedBloom::BlockedBloom(std::size_t bytes) noexcept
    : words_(std::min(bytes / kBlockBytes, kBlocksMax) * kBlockBytes),
      blocks_(words_.bytes() / kBlockBytes) {}

std::uint64_t* BlockedBloom::BlockOf(std::uint64_t hash) const noexcept {
  return static_cast<std::uint64_t*>(words_.memory()) +
         ((hash >> 32) * blocks_ >> 32) * kWordsPerBlock;
}

void BlockedBloom::Add(std::uint64_t hash) noexcept {
  if (blocks_ == 0) return;
  std::uint64_t* block = BlockOf(hash);
  ForEachBit(hash, [block](std::uint32_t word, std::uint64_t bit) {
    block[word] |= bit;
    return true;
  });
}

bool BlockedBloom::MayContain(std::uint64_t hash) const noexcept {
  if (blocks_ == 0) return true;
  const std::uint64_t* block = BlockOf(hash);
  bool all_set = true;
  ForEachBit(hash, [block, &all_set](std::uint32_t word, std::uint64_t bit) {
    all_set = (block[word] & bit) != 0;
    return all_set;
  });
  return all_set;
}

void BlockedBloom::Prefetch(std::uint64_t hash) const noexcept {
  if (blocks_ > 0) base::Fetch(BlockOf(hash));
}

}  // namespace idem::pipeline
