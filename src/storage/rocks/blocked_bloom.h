// SPDX-License-Identifier: Apache-2.0
//
// BlockedBloom: a set of hashes in a fixed amount of memory that may say "maybe" of what it does
// not hold, and never says "absent" of what it does. All bits of one hash lie in one 64-byte block,
// so that an answer costs one cache miss.
//
// Thread-safety: every method may be called from any thread at any time. A hash whose Add happened
// before a MayContain (in the sense of the memory model) is found by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace idem::storage {

class BlockedBloom {
 public:
  static constexpr std::size_t kBlockBytes = 64;
  static constexpr std::size_t kBitsPerHash = 10;  // about 1 in 100 wrong "maybe"s when full

  // Rounds `bytes` down to whole blocks, at least one. The memory is taken from the system page by
  // page as it is first used. Null when the system refuses.
  static std::unique_ptr<BlockedBloom> Create(std::size_t bytes);

  ~BlockedBloom();
  BlockedBloom(const BlockedBloom&) = delete;
  BlockedBloom& operator=(const BlockedBloom&) = delete;

  void Add(std::uint64_t hash) noexcept;
  bool MayContain(std::uint64_t hash) const noexcept;

  // How many hashes it holds at the stated rate of wrong "maybe"s. More may be added.
  std::uint64_t capacity() const noexcept { return blocks_ * kBlockBytes * 8 / kBitsPerHash; }

 private:
  static constexpr std::size_t kWordsPerBlock = kBlockBytes / sizeof(std::uint64_t);

  BlockedBloom(std::uint64_t* words, std::uint64_t blocks) : words_(words), blocks_(blocks) {}
  std::uint64_t* BlockOf(std::uint64_t hash) const noexcept;

  std::uint64_t* words_;
  std::uint64_t blocks_;  // below 2^32
};

}  // namespace idem::storage
