// SPDX-License-Identifier: Apache-2.0
//
// Canonical JSON: one byte string for all JSON texts that differ only in white space, member order
// and string escapes.
//
// Objects: members sorted bytewise by their unescaped names; strings re-escaped minimally; numbers
// by their text, because 1.10 and 1.1 may be different money and a parser's double would merge what
// is not equal. Duplicate member names are kept, in their order. Nesting is limited to 128.
//
// An escaped surrogate without its other half (RFC 8259 lets it pass) stands for no character and
// keeps its escape, \ud800, in lower case: such texts occur, and refusing them would lose records.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace idem::codec {

// Appends the canonical form of `json`, without the members named by `ignored`, to `*out`.
// `ignored` are sorted dotted paths from the root; arrays are not entered. "a.b" names member "b"
// of member "a", and a member of the root that is itself called "a.b". False when `json` is not one
// valid JSON value (RFC 8259, UTF-8) or nests too deep; `*out` is then unspecified. Total: safe on
// any bytes.
bool AppendCanonicalJson(std::string_view json, std::span<const std::string> ignored,
                         std::string* out);

}  // namespace idem::codec
