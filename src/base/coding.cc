// SPDX-License-Identifier: Apache-2.0

#include "base/coding.h"

#include "base/assert.h"

#include <limits>

namespace idem::base {

void AppendByte(std::uint8_t value, std::string* out) { out->push_back(static_cast<char>(value)); }

void AppendFixed32(std::uint32_t value, std::string* out) {
  char bytes[4];
  PutFixed32(value, bytes);
  out->append(bytes, sizeof bytes);
}

void AppendFixed64(std::uint64_t value, std::string* out) {
  char bytes[8];
  PutFixed64(value, bytes);
  out->append(bytes, sizeof bytes);
}

void AppendOrderedInt64(std::int64_t value, std::string* out) {
  char bytes[8];
  PutOrderedInt64(value, bytes);
  out->append(bytes, sizeof bytes);
}

void AppendVarint32(std::uint32_t value, std::string* out) { AppendVarint64(value, out); }

void AppendVarint64(std::uint64_t value, std::string* out) {
  char bytes[kVarint64BytesMax];
  out->append(bytes, PutVarint64(value, bytes));
}

void AppendSized(std::string_view bytes, std::string* out) {
  IDEM_ASSERT(bytes.size() <= std::numeric_limits<std::uint32_t>::max(), "I-10");
  AppendVarint32(static_cast<std::uint32_t>(bytes.size()), out);
  out->append(bytes);
}

bool Reader::Expect(std::uint8_t value) noexcept {
  std::uint8_t found = 0;
  return ReadByte(&found) && found == value;
}

bool Reader::ReadFixed32(std::uint32_t* value) noexcept {
  std::string_view bytes;
  if (!ReadBytes(4, &bytes)) return false;
  *value = 0;
  for (const char byte : bytes) *value = *value << 8 | static_cast<std::uint8_t>(byte);
  return true;
}

Reader::LongVarint Reader::ReadLongVarint64(const char* at, const char* end) noexcept {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && at != end; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    const std::uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) return {};  // over 64 bits
    value |= bits << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift != 0) return {};  // a last byte of zero is one too many
    return {at, value};
  }
  return {};
}

bool Reader::ReadBytes(std::size_t size, std::string_view* bytes) noexcept {
  if (size > left()) return false;
  *bytes = {at_, size};
  at_ += size;
  return true;
}

bool Reader::ReadSized(std::string_view* bytes) noexcept {
  std::uint32_t size = 0;
  return ReadVarint32(&size) && ReadBytes(size, bytes);
}

bool Reader::ReadSized(std::string* bytes) {
  std::string_view view;
  if (!ReadSized(&view)) return false;
  bytes->assign(view);
  return true;
}

}  // namespace idem::base
