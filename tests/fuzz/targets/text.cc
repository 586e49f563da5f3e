// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, hexadecimal digits, and bytes shown to a person.

#include "base/hex.h"
#include "base/utf8.h"
#include "fuzz/target.h"

#include <idem/digest.h>
#include <idem/key.h>

#include <algorithm>
#include <string>

using idem::fuzz::Require;

namespace {

// RFC 3629 by its arithmetic: decoded, encoded again, and the same bytes.
std::uint32_t CodePoint(std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
  if (character.size() == 1) return at(0);
  std::uint32_t code_point = at(0) & (0x7fU >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i)
    code_point = code_point << 6U | (at(i) & 0x3fU);
  return code_point;
}

}  // namespace

IDEM_FUZZ_TARGET("text") {
  if (const std::size_t size = idem::base::Utf8Size(input); size > 0) {
    std::string again;
    const std::uint32_t code_point = CodePoint(input.substr(0, size));
    Require(code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff),
            "a character is a scalar value");
    idem::base::AppendUtf8(code_point, &again);
    Require(again == input.substr(0, size), "a character has one form");
  }
  std::string shown;
  idem::base::AppendEscaped(input, &shown);
  Require(idem::base::IsUtf8(shown), "what is shown is UTF-8");
  Require(std::none_of(shown.begin(), shown.end(), [](char c) { return c >= 0 && c < ' '; }),
          "what is shown holds no control characters");
  std::uint64_t number = 0;
  if (idem::base::ParseHex64(input, &number)) {
    std::string hex;
    idem::base::AppendHex64(number, &hex);
    std::uint64_t again = 0;
    Require(idem::base::ParseHex64(hex, &again) && again == number, "hexadecimal reads back");
  }
  if (const idem::Result<idem::Uuid> uuid = idem::Uuid::Parse(input)) {
    Require(idem::Uuid::Parse(uuid->ToString()).value() == *uuid, "a uuid reads back");
  }
}
