// SPDX-License-Identifier: Apache-2.0
//
// Arena: bytes that stay where they are until Clear, which keeps the memory for the next round.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace idem::base {

// Thread-safety: none.
class Arena {
 public:
  // `size` uninitialised bytes, valid until Clear.
  char* Allocate(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].size - used_ < size) {
      ++current_;
      used_ = 0;
    }
    if (current_ == chunks_.size()) {
      const std::size_t chunk = std::max(size, kChunkBytes);
      chunks_.push_back({std::make_unique_for_overwrite<char[]>(chunk), chunk});
    }
    char* at = chunks_[current_].bytes.get() + used_;
    used_ += size;
    return at;
  }

  std::string_view Copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* at = Allocate(bytes.size());
    std::memcpy(at, bytes.data(), bytes.size());
    return {at, bytes.size()};
  }

  void Clear() noexcept {
    current_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kChunkBytes = 256 * 1024;
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;  // of the current chunk
};

}  // namespace idem::base
