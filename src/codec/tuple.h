// SPDX-License-Identifier: Apache-2.0
//
// Tuple: the order-preserving, injective encoding of keys. docs/reference/keys.md is the system of
// record for the type codes, with a test vector for each.
//
//   code  type    bytes after the code
//   05    null    none
//   10    false   none
//   11    true    none
//   20    int64   8, big-endian, sign bit flipped
//   30    double  8, IEEE 754 big-endian; negative: all bits flipped, else sign bit flipped;
//                 -0.0 is written as 0.0, every NaN as 7ff8000000000000
//   40    string  the bytes, each 00 as 00 ff, then 00
//   50    bytes   as string
//   60    uuid    16
//
// No code is ff, so the 00 that ends a string is never mistaken for an escaped one.
#pragma once

#include "base/coding.h"

#include <idem/key.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::codec {

void AppendPart(const KeyPart& part, std::string* out);
void AppendKey(const KeyRef& key, std::string* out);

// What a part and a key take at most when they are encoded.
inline std::size_t PartBytesMax(const KeyPart& part) noexcept {
  return 1 + sizeof(std::int64_t) + 2 * part.text().size();
}
inline std::size_t KeyBytesMax(const KeyRef& key) noexcept {
  if (key.is_encoded()) return key.encoded().size();
  std::size_t bytes = 0;
  for (const KeyPart& part : key) bytes += PartBytesMax(part);
  return bytes;
}

// Each writes what is appended above, at most so many bytes, to `out` and returns where it ends.
char* PutPart(const KeyPart& part, char* out) noexcept;
inline char* PutKey(const KeyRef& key, char* out) noexcept {
  if (key.is_encoded()) return base::PutBytes(key.encoded(), out);
  for (const KeyPart& part : key) out = PutPart(part, out);
  return out;
}

struct DecodedPart {
  KeyType type = KeyType::kNull;
  std::int64_t integer = 0;
  double number = 0;
  std::size_t text_begin = 0;  // into *text
  std::size_t text_size = 0;
};

// Reads one part from the front of `*input`. `text` receives unescaped string bytes, appended.
// False when the bytes are not a part; `*input` is then unspecified. Total: safe on any bytes.
bool ReadPart(std::string_view* input, DecodedPart* part, std::string* text);

// True when `encoded` is exactly what AppendKey writes for some parts: canonical, so two different
// valid encodings are two different keys.
bool IsValidKey(std::string_view encoded);

}  // namespace idem::codec
