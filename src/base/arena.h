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
  // The same room again, unless more is asked for than is left of a chunk. May be null for none.
  char* Room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) NextChunk(size);
    return at_;
  }

  // Takes the first `size` bytes of the room. REQUIRES: Room was asked for as many.
  void Take(std::size_t size) noexcept { at_ += size; }

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
    next_ = 0;
    at_ = end_ = nullptr;
  }

 private:
  static constexpr std::size_t kChunkBytes = 256 * 1024;
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  // Chunks that are too small are passed over until Clear.
  void NextChunk(std::size_t size) {
    while (next_ < chunks_.size() && chunks_[next_].size < size) ++next_;
    if (next_ == chunks_.size()) {
      const std::size_t chunk = std::max(size, kChunkBytes);
      chunks_.push_back({std::make_unique_for_overwrite<char[]>(chunk), chunk});
    }
    const Chunk& chunk = chunks_[next_++];
    at_ = chunk.bytes.get();
    end_ = at_ + chunk.size;
  }

  std::vector<Chunk> chunks_;
  std::size_t next_ = 0;  // the chunk after the current one
  char* at_ = nullptr;    // what is left of the current one
  char* end_ = nullptr;
};

}  // namespace idem::base
