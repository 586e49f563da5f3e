// SPDX-License-Identifier: Apache-2.0
#include "pipeline/key_index.h"

#include <algorithm>

namespace idem::pipeline {

KeyIndex::KeyIndex(KeyHash hash) : hash_(hash) { Grow(); }

// Costs what was added, not what the largest batch ever took.
void KeyIndex::Clear() noexcept {
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t number = 0; number < keys_.size(); ++number) {
    std::size_t at = hashes_[number] & mask;
    while (table_[at] != number + 1) at = (at + 1) & mask;
    table_[at] = 0;
  }
  keys_.clear();
  hashes_.clear();
}

std::uint32_t KeyIndex::Add(std::string_view key, std::uint64_t hash) {
  if (2 * (keys_.size() + 1) > table_.size()) Grow();
  std::uint32_t& number = table_[PlaceOf(key, hash)];
  if (number == 0) {
    keys_.push_back(key);
    hashes_.push_back(hash);
    number = static_cast<std::uint32_t>(keys_.size());
  }
  return number - 1;
}

// That of `key`, or the free one at the end of its probe.
std::size_t KeyIndex::PlaceOf(std::string_view key, std::uint64_t hash) const noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t number = table_[at] - 1;
    if (hashes_[number] == hash && keys_[number] == key) break;
  }
  return at;
}

// Makes room for the keys as well, so that Add cannot stop halfway for want of memory.
void KeyIndex::Grow() {
  std::vector<std::uint32_t> larger(std::max<std::size_t>(table_.size() * 2, 1024));
  keys_.reserve(larger.size() / 2);
  hashes_.reserve(larger.size() / 2);
  const std::size_t mask = larger.size() - 1;
  for (std::uint32_t number = 0; number < keys_.size(); ++number) {
    std::size_t at = hashes_[number] & mask;
    while (larger[at] != 0) at = (at + 1) & mask;
    larger[at] = number + 1;
  }
  table_ = std::move(larger);
}

}  // namespace idem::pipeline
