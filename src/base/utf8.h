// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idem::base {

// The size in bytes of the character that `text` begins with, or 0 when it begins with none.
std::size_t Utf8Size(std::string_view text) noexcept;

bool IsUtf8(std::string_view text) noexcept;

// Appends the UTF-8 form of `code_point`. Surrogates are written too, in the same manner (three
// bytes that no valid UTF-8 holds). REQUIRES: code_point <= 0x10ffff.
void AppendUtf8(std::uint32_t code_point, std::string* out);

// Appends `text` for a person: as inside a JSON string, and bytes that are no UTF-8 as \xNN.
void AppendEscaped(std::string_view text, std::string* out);

}  // namespace idem::base
