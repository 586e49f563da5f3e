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

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

// Each writes to `out` and returns where what it wrote ends. In the header, as are the reads of
// fixed sizes below: every record is written and read by them.
inline char* PutFixed32(std::uint32_t value, char* out) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(out, &value, sizeof value);
  return out + sizeof value;
}
inline char* PutFixed64(std::uint64_t value, char* out) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  std::memcpy(out, &value, sizeof value);
  return out + sizeof value;
}
// The bits of a signed integer, so that they order as unsigned ones as the integers do.
inline std::uint64_t OrderedBits(std::int64_t value) noexcept {
  return static_cast<std::uint64_t>(value) ^ std::uint64_t{1} << 63;
}
inline char* PutOrderedInt64(std::int64_t value, char* out) noexcept {
  return PutFixed64(OrderedBits(value), out);
}
inline std::uint64_t LoadFixed64(const char* from) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}
inline char* PutVarint64(std::uint64_t value, char* out) noexcept {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}
inline char* PutBytes(std::string_view bytes, char* out) noexcept {
  return std::copy(bytes.begin(), bytes.end(), out);  // none may be at null
}
inline char* PutSized(std::string_view bytes, char* out) noexcept {
  return PutBytes(bytes, PutVarint64(bytes.size(), out));
}

inline constexpr std::size_t kVarint64BytesMax = 10;

// Reads from the front of a byte string. Total: every call is safe on any bytes, takes no memory,
// and after a false the position is unspecified. Views refer to the bytes given.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool ReadByte(std::uint8_t* value) noexcept {
    if (at_ == end_) return false;
    *value = static_cast<std::uint8_t>(*at_++);
    return true;
  }
  [[nodiscard]] bool ReadFixed32(std::uint32_t* value) noexcept;
  [[nodiscard]] bool ReadFixed64(std::uint64_t* value) noexcept {
    if (left() < sizeof *value) return false;
    *value = LoadFixed64(at_);
    at_ += sizeof *value;
    return true;
  }
  [[nodiscard]] bool ReadOrderedInt64(std::int64_t* value) noexcept {
    std::uint64_t bits = 0;
    if (!ReadFixed64(&bits)) return false;
    *value = static_cast<std::int64_t>(bits ^ std::uint64_t{1} << 63);
    return true;
  }
  [[nodiscard]] bool ReadVarint32(std::uint32_t* value) noexcept {
    std::uint64_t wide = 0;
    if (!ReadVarint64(&wide) || wide > UINT32_MAX) return false;
    *value = static_cast<std::uint32_t>(wide);
    return true;
  }
  [[nodiscard]] bool ReadVarint64(std::uint64_t* value) noexcept {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {
      *value = static_cast<std::uint8_t>(*at_++);
      return true;
    }
    const LongVarint read = ReadLongVarint64(at_, end_);
    if (read.after == nullptr) return false;
    at_ = read.after;
    *value = read.value;
    return true;
  }
  [[nodiscard]] bool ReadBytes(std::size_t size, std::string_view* bytes) noexcept;
  [[nodiscard]] bool ReadSized(std::string_view* bytes) noexcept;
  [[nodiscard]] bool ReadSized(std::string* bytes);

  // True when the next byte is `value`; it is then consumed.
  [[nodiscard]] bool Expect(std::uint8_t value) noexcept;

  bool AtEnd() const noexcept { return at_ == end_; }
  std::string_view rest() const noexcept { return {at_, left()}; }
  void set_rest(std::string_view rest) noexcept { *this = Reader(rest); }

 private:
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  // Neither of the object nor to where somebody points, so that both may stay in registers.
  struct LongVarint {
    const char* after = nullptr;  // null: it is none
    std::uint64_t value = 0;
  };
  static LongVarint ReadLongVarint64(const char* at, const char* end) noexcept;

  const char* at_;
  const char* end_;
};

}  // namespace idem::base
