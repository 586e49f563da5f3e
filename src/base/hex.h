// SPDX-License-Identifier: Apache-2.0
//
// Hexadecimal digits: written in lower case, read in either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace idem::base {

// 0..15, or -1 when `c` is no hexadecimal digit.
int HexDigit(char c) noexcept;

void AppendHex(std::string_view bytes, std::string* out);
std::string ToHex(std::string_view bytes);

// 16 digits.
void AppendHex64(std::uint64_t value, std::string* out);

// False unless `hex` is exactly 16 digits.
bool ParseHex64(std::string_view hex, std::uint64_t* value) noexcept;

}  // namespace idem::base
