// SPDX-License-Identifier: Apache-2.0

#include "base/hex.h"

#include <idem/digest.h>

namespace idem {

void Digest::Add(const Digest& row) noexcept {
  low += row.low;
  const std::uint64_t carry = low < row.low ? 1 : 0;
  high += row.high + carry;
}

void Digest::Remove(const Digest& row) noexcept {
  const std::uint64_t borrow = low < row.low ? 1 : 0;
  low -= row.low;
  high -= row.high + borrow;
}

std::string Digest::ToHex() const {
  std::string hex;
  hex.reserve(32);
  base::AppendHex64(high, &hex);
  base::AppendHex64(low, &hex);
  return hex;
}

}  // namespace idem
