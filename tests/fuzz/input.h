// SPDX-License-Identifier: Apache-2.0
//
// Input: the bytes of the fuzzer as the choices of a test. Every byte string is a valid sequence of
// choices; after its end all choices are zero and all texts empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace idem::fuzz {

class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  // 0 <= result < bound <= 256
  std::uint8_t Below(unsigned bound) { return static_cast<std::uint8_t>(Byte() % bound); }

  bool Coin() { return (Byte() & 1U) != 0; }

  std::uint64_t Number() {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8U | Byte();
    return number;
  }

  // Numbers as people have them: many small, some at the ends.
  std::int64_t Integer() {
    switch (Below(4)) {
      case 0:
        return static_cast<std::int8_t>(Byte());
      case 1:
        return INT64_MAX - Below(4);
      case 2:
        return INT64_MIN + Below(4);
      default:
        return static_cast<std::int64_t>(Number());
    }
  }

  // As many bytes as the next one says.
  std::string_view Text() { return Bytes(Byte()); }

  std::string_view Bytes(std::size_t size) {
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view Rest() { return Bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

}  // namespace idem::fuzz
