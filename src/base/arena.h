// SPDX-License-Identifier: Apache-2.0
//
// Arena: bytes that stay where they are until Clear, which keeps the memory for the next round.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace idem::base {

// Thread-safety: none.
class Arena {
 public:
  // `size` uninitialised bytes, valid until Clear.
  char* Allocate(std::size_t size) {
    char* at = Room(size);
    Take(size);
    return at;
  }

  // Room for `size` bytes that are not taken yet: for what is written before its size is known.
  // The same room again, unless more is asked for than is left of a chunk.
  char* Room(std::size_t size) {
    if (current_ == chunks_.size() || chunks_[current_].size - used_ < size) NextChunk(size);
    return chunks_[current_].bytes.get() + used_;
  }

  // Takes the first `size` bytes of the room. REQUIRES: Room was asked for as many.
  void Take(std::size_t size) noexcept { used_ += size; }

  // An uninitialised T, valid until Clear; it is never destroyed.
  template <typename T>
  requires std::is_trivially_destructible_v<T> T* New() {
    char* at = Allocate(sizeof(T) + alignof(T) - 1);
    const std::size_t beyond = reinterpret_cast<std::uintptr_t>(at) % alignof(T);
    return ::new (beyond == 0 ? at : at + alignof(T) - beyond) T;
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

  void NextChunk(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].size - used_ < size) {
      ++current_;
      used_ = 0;
    }
    if (current_ < chunks_.size()) return;
    const std::size_t chunk = std::max(size, kChunkBytes);
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(chunk), chunk});
  }

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;  // of the current chunk
};

}  // namespace idem::base
