// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/blocked_bloom.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>

namespace idem::storage {
namespace {

constexpr int kProbes = 6;
constexpr std::uint64_t kBlocksMax = (std::uint64_t{1} << 32) - 1;

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

std::unique_ptr<BlockedBloom> BlockedBloom::Create(std::size_t bytes) {
  const std::uint64_t blocks = std::clamp<std::uint64_t>(bytes / kBlockBytes, 1, kBlocksMax);
  void* memory = ::mmap(nullptr, blocks * kBlockBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return std::unique_ptr<BlockedBloom>(
      new BlockedBloom(static_cast<std::uint64_t*>(memory), blocks));
}

BlockedBloom::~BlockedBloom() { ::munmap(words_, blocks_ * kBlockBytes); }

std::uint64_t* BlockedBloom::BlockOf(std::uint64_t hash) const noexcept {
  return words_ + ((hash >> 32) * blocks_ >> 32) * kWordsPerBlock;
}

void BlockedBloom::Add(std::uint64_t hash) noexcept {
  std::uint64_t* block = BlockOf(hash);
  ForEachBit(hash, [block](std::uint32_t word, std::uint64_t bit) {
    std::atomic_ref(block[word]).fetch_or(bit, std::memory_order_relaxed);
    return true;
  });
}

bool BlockedBloom::MayContain(std::uint64_t hash) const noexcept {
  std::uint64_t* block = BlockOf(hash);
  bool all_set = true;
  ForEachBit(hash, [block, &all_set](std::uint32_t word, std::uint64_t bit) {
    all_set = (std::atomic_ref(block[word]).load(std::memory_order_relaxed) & bit) != 0;
    return all_set;
  });
  return all_set;
}

}  // namespace idem::storage
