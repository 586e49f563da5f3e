// SPDX-License-Identifier: Apache-2.0
//
// Short byte strings, eight bytes at a time and compiled in. To call what the C library has for
// them takes longer than the work itself, which each record does several times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace idem::base {

using Word = std::uint64_t;

inline Word LoadWord(const char* from) noexcept {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Calls visit(at) with offsets at which so many bytes each cover `size` bytes; the last may overlap
// the one before. REQUIRES: size >= kStep.
template <std::size_t kStep, typename Visit>
inline void ForEachStep(std::size_t size, Visit&& visit) {
  const std::size_t last = size - kStep;
  for (std::size_t at = 0; at < last; at += kStep) visit(at);
  visit(last);
}
template <typename Visit>
inline void ForEachWord(std::size_t size, Visit&& visit) {
  ForEachStep<sizeof(Word)>(size, visit);
}

// All bytes of a string of less than a word, some of them twice. Of strings of one size, only equal
// ones give the same.
inline Word LoadShort(std::string_view bytes) noexcept {
  const std::size_t size = bytes.size();
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    std::memcpy(&last, bytes.data() + size - sizeof last, sizeof last);
    return Word{first} << 32 | last;
  }
  if (size == 0) return 0;
  const auto byte = [bytes](std::size_t at) { return Word{static_cast<unsigned char>(bytes[at])}; };
  return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

// a == b, for strings that mostly are short and equal.
inline bool SameBytes(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t kShort = 64;
  if (a.size() != b.size()) return false;
  if (a.size() > kShort) return a == b;
  const std::size_t size = a.size();
  if (size < sizeof(Word)) return LoadShort(a) == LoadShort(b);
  const auto differ = [&](std::size_t at) {
    return LoadWord(a.data() + at) ^ LoadWord(b.data() + at);
  };
  if (size <= 2 * sizeof(Word)) return (differ(0) | differ(size - sizeof(Word))) == 0;
  if (size <= 4 * sizeof(Word)) {
    return (differ(0) | differ(sizeof(Word)) | differ(size - 2 * sizeof(Word)) |
            differ(size - sizeof(Word))) == 0;
  }
  Word differs = 0;
  ForEachWord(size, [&](std::size_t at) { differs |= differ(at); });
  return differs == 0;
}

}  // namespace idem::base
