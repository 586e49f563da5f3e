// SPDX-License-Identifier: Apache-2.0
//
// KeyIndex: numbers the distinct store keys of one commit 0, 1, 2, ... in order of first use. Full
// keys are compared; the hash only finds them. Clear keeps the memory.
//
// Thread-safety: none. Lifetime: refers to the keys' bytes.
#pragma once

#include "pipeline/key_hash.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace idem::pipeline {

class KeyIndex {
 public:
  explicit KeyIndex(KeyHash hash = KeyHash());

  void Clear() noexcept;
  // In both `hash` is that of the key.
  std::uint32_t Add(std::string_view key, std::uint64_t hash);
  bool Contains(std::string_view key, std::uint64_t hash) const noexcept {
    return !keys_.empty() && table_[PlaceOf(key, hash)] != 0;
  }
  std::span<const std::string_view> keys() const noexcept { return keys_; }
  std::span<const std::uint64_t> hashes() const noexcept { return hashes_; }  // of the keys
  const KeyHash& hash() const noexcept { return hash_; }

 private:
  void Grow();
  std::size_t PlaceOf(std::string_view key, std::uint64_t hash) const noexcept;

  const KeyHash hash_;
  std::vector<std::string_view> keys_;
  std::vector<std::uint64_t> hashes_;  // of keys_
  std::vector<std::uint32_t> table_;   // open addressing, a power of two; 0: free, else number + 1
};

}  // namespace idem::pipeline
