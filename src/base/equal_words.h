// SPDX-License-Identifier: Apache-2.0
//
// Which of eight words equal one. Compilers make eight comparisons of the plain loop; where there
// are vector registers it is two.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace idem::base {

// Bit i is set where words[i] == word.
inline unsigned EqualWords(const std::uint32_t (&words)[8], std::uint32_t word) noexcept {
#ifdef __SSE2__
  const auto* const fours = reinterpret_cast<const __m128i*>(words);
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(word));
  const __m128i low = _mm_cmpeq_epi32(_mm_loadu_si128(fours), wanted);
  const __m128i high = _mm_cmpeq_epi32(_mm_loadu_si128(fours + 1), wanted);
  const __m128i all = _mm_packs_epi32(low, high);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(all, _mm_setzero_si128())));
#else
  unsigned equal = 0;
  for (std::size_t i = 0; i < 8; ++i) equal |= unsigned{words[i] == word} << i;
  return equal;
#endif
}

}  // namespace idem::base
