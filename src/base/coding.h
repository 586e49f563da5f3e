// SPDX-License-Identifier: Apache-2.0
//
// Coding: how numbers and byte strings are written to disk.
//
//   fixed32, fixed64   big-endian, so that bytewise order is numeric order
//   ordered int64      8 bytes big-endian with the sign bit flipped: negative numbers sort first
//   varint32, varint64 7 bits a byte, low bits first, high bit set on all but the last byte
//   sized              varint32 size, then that many bytes
//
// Every value has exactly one encoding: the Reader refuses a varint that is longer than need be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idem::base {

void AppendByte(std::uint8_t value, std::string* out);
void AppendFixed32(std::uint32_t value, std::string* out);
void AppendFixed64(std::uint64_t value, std::string* out);
void AppendOrderedInt64(std::int64_t value, std::string* out);
void AppendVarint32(std::uint32_t value, std::string* out);
void AppendVarint64(std::uint64_t value, std::string* out);

// REQUIRES: bytes.size() < 2^32.
void AppendSized(std::string_view bytes, std::string* out);

// Writes 8 bytes, big-endian, to `out`.
void PutFixed64(std::uint64_t value, char* out) noexcept;

// Writes up to kVarint64BytesMax bytes to `out` and returns where they end.
char* PutVarint64(std::uint64_t value, char* out) noexcept;

inline constexpr std::size_t kVarint64BytesMax = 10;

// Reads from the front of a byte string. Total: every call is safe on any bytes, takes no memory,
// and after a false the position is unspecified. Views refer to the bytes given.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] bool ReadByte(std::uint8_t* value) noexcept;
  [[nodiscard]] bool ReadFixed32(std::uint32_t* value) noexcept;
  [[nodiscard]] bool ReadFixed64(std::uint64_t* value) noexcept;
  [[nodiscard]] bool ReadOrderedInt64(std::int64_t* value) noexcept;
  [[nodiscard]] bool ReadVarint32(std::uint32_t* value) noexcept;
  [[nodiscard]] bool ReadVarint64(std::uint64_t* value) noexcept;
  [[nodiscard]] bool ReadBytes(std::size_t size, std::string_view* bytes) noexcept;
  [[nodiscard]] bool ReadSized(std::string_view* bytes) noexcept;
  [[nodiscard]] bool ReadSized(std::string* bytes);

  // True when the next byte is `value`; it is then consumed.
  [[nodiscard]] bool Expect(std::uint8_t value) noexcept;

  bool AtEnd() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }
  void set_rest(std::string_view rest) noexcept { rest_ = rest; }

 private:
  std::string_view rest_;
};

}  // namespace idem::base
