// SPDX-License-Identifier: Apache-2.0

#include "base/utf8.h"

#include "base/assert.h"
#include "base/hex.h"

namespace idem::base {
namespace {

bool IsContinuation(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
}

void AppendEscapedAscii(char c, std::string* out) {
  switch (c) {
    case '"':
    case '\\':
      out->push_back('\\');
      out->push_back(c);
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  if (c >= 0x20 && c != 0x7f) {
    out->push_back(c);
  } else {
    out->append("\\u00");
    AppendHex({&c, 1}, out);
  }
}

}  // namespace

std::size_t Utf8Size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !IsContinuation(text, 1)) return 0;
  if (first < 0xe0) return 2;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if (!IsContinuation(text, 2)) return 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && second < 0xa0;
    const bool surrogate = first == 0xed && second >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (!IsContinuation(text, 3)) return 0;
  const bool overlong = first == 0xf0 && second < 0x90;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || too_large ? 0 : 4;
}

bool IsUtf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = Utf8Size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void AppendUtf8(std::uint32_t code_point, std::string* out) {
  IDEM_ASSERT(code_point <= 0x10ffff, "I-CODEC-1");
  const auto byte = [out](std::uint32_t bits) { out->push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3f));
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
}

void AppendEscaped(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const std::size_t size = Utf8Size(text);
    if (size == 1) {
      AppendEscapedAscii(text.front(), out);
    } else if (size > 1) {
      out->append(text.substr(0, size));
    } else {
      out->append("\\x");
      AppendHex(text.substr(0, 1), out);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
}

}  // namespace idem::base
