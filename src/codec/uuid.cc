// SPDX-License-Identifier: Apache-2.0

#include "base/hex.h"

#include <idem/key.h>

namespace idem {
namespace {

// 8-4-4-4-12 digits.
constexpr bool IsHyphenPlace(std::size_t at) noexcept {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

Error NotAUuid() {
  return Error(ErrorCode::kInvalidArgument,
               "a UUID has 32 hexadecimal digits, with or without the four hyphens of 8-4-4-4-12");
}

}  // namespace

Result<Uuid> Uuid::Parse(std::string_view text) {
  const bool hyphens = text.size() == 36;
  if (!hyphens && text.size() != 32) return NotAUuid();
  Uuid uuid;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hyphens && IsHyphenPlace(i)) {
      if (text[i] != '-') return NotAUuid();
      continue;
    }
    const int digit = base::HexDigit(text[i]);
    if (digit < 0) return NotAUuid();
    std::uint8_t& byte = uuid.bytes[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
  }
  return uuid;
}

std::string Uuid::ToString() const {
  const std::string hex = base::ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::string text;
  text.reserve(36);
  for (const char digit : hex) {
    if (IsHyphenPlace(text.size())) text.push_back('-');
    text.push_back(digit);
  }
  return text;
}

}  // namespace idem
