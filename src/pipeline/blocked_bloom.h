// SPDX-License-Identifier: Apache-2.0
//
// BlockedBloom: a set of hashes in a fixed amount of memory that may say "maybe" of what it does
// not hold, and never says "absent" of what it does. All bits of one hash lie in one 64-byte block,
// so that an answer costs one cache miss.
//
// Thread-safety: external.
#pragma once

#include "base/pages.h"

#include <cstddef>
#include <cstdint>

namespace idem::pipeline {

class BlockedBloom {
 public:
  static constexpr std::size_t kBlockBytes = 64;
  static constexpr std::size_t kBitsPerHash = 10;  // about 1 in 100 wrong "maybe"s when full

  // Rounds `bytes` down to whole blocks. Without a block, or when the system refuses the memory, it
  // says "maybe" of everything.
  explicit BlockedBloom(std::size_t bytes) noexcept;

  void Add(std::uint64_t hash) noexcept;
  bool MayContain(std::uint64_t hash) const noexcept;

  // Brings into the cache what Add and MayContain look at.
  void Prefetch(std::uint64_t hash) const noexcept;

  // How many hashes it holds at the stated rate of wrong "maybe"s. More may be added.
  std::uint64_t capacity() const noexcept { return blocks_ * kBlockBytes * 8 / kBitsPerHash; }

 private:
  static constexpr std::size_t kWordsPerBlock = kBlockBytes / sizeof(std::uint64_t);

  std::uint64_t* BlockOf(std::uint64_t hash) const noexcept;

  const base::Pages words_;
  const std::uint64_t blocks_;  // below 2^32
};

}  // namespace idem::pipeline
