// SPDX-License-Identifier: Apache-2.0
//
// Copies bytes and looks for zeros among them in one go, sixteen at a time where there are vector
// registers. The last ones may overlap those before.
#pragma once

#include "base/short_bytes.h"

#include <cstddef>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace idem::base {

// Not zero when a byte of `word` is zero.
inline Word ZeroBytes(Word word) noexcept {
  constexpr Word kOnes = 0x0101010101010101;
  return (word - kOnes) & ~word & (kOnes << 7);
}

// False when there are zeros. REQUIRES: bytes.size() >= sizeof(Word).
inline bool CopyWordsWithoutZeros(std::string_view bytes, char* out) noexcept {
  Word zeros = 0;
  ForEachWord(bytes.size(), [&](std::size_t at) {
    const Word word = LoadWord(bytes.data() + at);
    std::memcpy(out + at, &word, sizeof word);
    zeros |= ZeroBytes(word);
  });
  return zeros == 0;
}

#ifdef __SSE2__
// REQUIRES: bytes.size() >= 16.
inline bool CopyVectorsWithoutZeros(std::string_view bytes, char* out) noexcept {
  __m128i zeros = _mm_setzero_si128();
  const auto copy = [&](std::size_t at) {
    const __m128i vector = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), vector);
    zeros = _mm_or_si128(zeros, _mm_cmpeq_epi8(vector, _mm_setzero_si128()));
  };
  const std::size_t last = bytes.size() - sizeof zeros;
  for (std::size_t at = 0; at < last; at += sizeof zeros) copy(at);
  copy(last);
  return _mm_movemask_epi8(zeros) == 0;
}
#endif

// Copies `bytes`, all of them or, where there are zeros, perhaps not. False when there are.
inline bool CopyWithoutZeros(std::string_view bytes, char* out) noexcept {
#ifdef __SSE2__
  if (bytes.size() >= sizeof(__m128i)) return CopyVectorsWithoutZeros(bytes, out);
#endif
  if (bytes.size() >= sizeof(Word)) return CopyWordsWithoutZeros(bytes, out);
  bool zeros = false;
  for (const char byte : bytes) {
    *out++ = byte;
    zeros |= byte == '\0';
  }
  return !zeros;
}

}  // namespace idem::base
