// SPDX-License-Identifier: Apache-2.0
//
// Copies a short text and looks for zero bytes in one go: what the encoding of keys does with every
// string, of which hardly any has one.
#pragma once

#include "base/short_bytes.h"

#include <cstddef>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace idem::base {

// Each copies so many bytes at a time, and knows whether a zero was among all that it copied.
class EightBytes {
 public:
  static constexpr std::size_t kStep = sizeof(Word);

  void Copy(const char* from, char* to) noexcept {
    const Word word = LoadWord(from);
    std::memcpy(to, &word, sizeof word);
    zeros_ |= (word - kOnes) & ~word;
  }
  bool saw_zeros() const noexcept { return (zeros_ & kHighBits) != 0; }

 private:
  // (word - kOnes) & ~word has a bit of kHighBits when a byte of `word` is zero, else none of them.
  static constexpr Word kOnes = 0x0101010101010101;
  static constexpr Word kHighBits = 0x8080808080808080;
  Word zeros_ = 0;
};

#ifdef __SSE2__
class SixteenBytes {
 public:
  static constexpr std::size_t kStep = sizeof(__m128i);

  void Copy(const char* from, char* to) noexcept {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    least_ = _mm_min_epu8(least_, bytes);
  }
  bool saw_zeros() const noexcept {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(least_, _mm_setzero_si128())) != 0;
  }

 private:
  __m128i least_ = _mm_set1_epi8(-1);
};
#endif

// REQUIRES: at least one step.
template <typename Steps>
inline bool CopyInStepsUnlessZeros(std::string_view text, char* out) noexcept {
  Steps steps;
  ForEachStep<Steps::kStep>(text.size(),
                            [&](std::size_t at) { steps.Copy(text.data() + at, out + at); });
  return !steps.saw_zeros();
}

// False when `text` has zero bytes: what is at `out` is then unspecified. There must be room for
// all of it either way.
inline bool CopyUnlessZeros(std::string_view text, char* out) noexcept {
#ifdef __SSE2__
  if (text.size() >= SixteenBytes::kStep) return CopyInStepsUnlessZeros<SixteenBytes>(text, out);
#endif
  if (text.size() >= EightBytes::kStep) return CopyInStepsUnlessZeros<EightBytes>(text, out);
  bool zeros = false;
  for (const char byte : text) {
    *out++ = byte;
    zeros |= byte == '\0';
  }
  return !zeros;
}

}  // namespace idem::base
