// SPDX-License-Identifier: Apache-2.0

#include "base/hex.h"

#include "base/coding.h"

namespace idem::base {

int HexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char byte : bytes) {
    out->push_back(kDigits[static_cast<std::uint8_t>(byte) >> 4]);
    out->push_back(kDigits[static_cast<std::uint8_t>(byte) & 0xf]);
  }
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  AppendHex(bytes, &hex);
  return hex;
}

void AppendHex64(std::uint64_t value, std::string* out) {
  char bytes[8];
  PutFixed64(value, bytes);
  AppendHex({bytes, sizeof bytes}, out);
}

bool ParseHex64(std::string_view hex, std::uint64_t* value) noexcept {
  if (hex.size() != 16) return false;
  *value = 0;
  for (const char c : hex) {
    const int digit = HexDigit(c);
    if (digit < 0) return false;
    *value = *value << 4 | static_cast<std::uint64_t>(digit);
  }
  return true;
}

}  // namespace idem::base
