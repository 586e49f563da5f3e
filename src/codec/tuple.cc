// SPDX-License-Identifier: Apache-2.0

#include "codec/tuple.h"

#include "base/assert.h"
#include "base/coding.h"
#include "base/copy_unless_zeros.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace idem::codec {
namespace {

// DO NOT CHANGE THESE VALUES: they are on disk. The gaps are for types to come.
enum TypeCode : std::uint8_t {
  kNullCode = 0x05,
  kFalseCode = 0x10,
  kTrueCode = 0x11,
  kInt64Code = 0x20,
  kDoubleCode = 0x30,
  kStringCode = 0x40,
  kBytesCode = 0x50,
  kUuidCode = 0x60,
};

constexpr char kTextEnd = '\x00';
constexpr char kEscaped = '\xff';
constexpr std::size_t kUuidBytes = 16;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
constexpr std::uint64_t kCanonicalNan = 0x7ff8000000000000;

static_assert(kUuidCode < 0xff, "a part after a string must never look like an escaped 00");

// The bits of `number` so that they order as unsigned integers as the numbers do.
std::uint64_t OrderedBits(double number) noexcept {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(number);
  if (std::isnan(number)) bits = kCanonicalNan;
  if (number == 0) bits = 0;
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

double FromOrderedBits(std::uint64_t ordered) noexcept {
  return std::bit_cast<double>((ordered & kSignBit) != 0 ? ordered ^ kSignBit : ~ordered);
}

constexpr std::size_t kShortText = 64;

// A function of its own: inlined, its registers would be saved by every caller, and zeros are rare.
[[gnu::noinline]] char* PutEscaped(std::string_view text, char* out) noexcept {
  for (std::size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0')) {
    out = base::PutBytes(text.substr(0, zero + 1), out);
    *out++ = kEscaped;
    text.remove_prefix(zero + 1);
  }
  out = base::PutBytes(text, out);
  *out++ = kTextEnd;
  return out;
}

inline char* PutText(std::string_view text, char* out) noexcept {
  if (text.size() > kShortText || !base::CopyUnlessZeros(text, out)) return PutEscaped(text, out);
  out += text.size();
  *out++ = kTextEnd;
  return out;
}

// Reads string bytes up to and with their end. `text` may be null: then only the form is checked.
bool ReadText(std::string_view* input, std::string* text) {
  for (;;) {
    const std::size_t zero = input->find('\0');
    if (zero == std::string_view::npos) return false;
    const bool escaped = zero + 1 < input->size() && (*input)[zero + 1] == kEscaped;
    if (text != nullptr) text->append(input->substr(0, escaped ? zero + 1 : zero));
    input->remove_prefix(escaped ? zero + 2 : zero + 1);
    if (!escaped) return true;
  }
}

bool ReadNumber(base::Reader* reader, double* number) noexcept {
  std::uint64_t ordered = 0;
  if (!reader->ReadFixed64(&ordered)) return false;
  *number = FromOrderedBits(ordered);
  return OrderedBits(*number) == ordered;  // neither -0.0 nor another NaN
}

// `text` may be null, as in ReadText.
bool ReadAnyPart(std::string_view* input, DecodedPart* part, std::string* text) {
  base::Reader reader(*input);
  std::uint8_t code = 0;
  if (!reader.ReadByte(&code)) return false;
  *part = DecodedPart{};
  part->text_begin = text != nullptr ? text->size() : 0;
  bool valid = true;
  switch (code) {
    case kNullCode:
      part->type = KeyType::kNull;
      break;
    case kFalseCode:
    case kTrueCode:
      part->type = KeyType::kBool;
      part->integer = code == kTrueCode ? 1 : 0;
      break;
    case kInt64Code:
      part->type = KeyType::kInt64;
      valid = reader.ReadOrderedInt64(&part->integer);
      break;
    case kDoubleCode:
      part->type = KeyType::kDouble;
      valid = ReadNumber(&reader, &part->number);
      break;
    case kStringCode:
    case kBytesCode: {
      part->type = code == kStringCode ? KeyType::kString : KeyType::kBytes;
      std::string_view rest = reader.rest();
      valid = ReadText(&rest, text);
      reader.set_rest(rest);
      break;
    }
    case kUuidCode: {
      part->type = KeyType::kUuid;
      std::string_view bytes;
      valid = reader.ReadBytes(kUuidBytes, &bytes);
      if (valid && text != nullptr) text->append(bytes);
      break;
    }
    default:
      return false;
  }
  *input = reader.rest();
  if (text != nullptr) part->text_size = text->size() - part->text_begin;
  return valid;
}

}  // namespace

char* PutPart(const KeyPart& part, char* out) noexcept {
  switch (part.type()) {
    case KeyType::kNull:
      *out++ = kNullCode;
      return out;
    case KeyType::kBool:
      *out++ = part.boolean() ? kTrueCode : kFalseCode;
      return out;
    case KeyType::kInt64:
      *out++ = kInt64Code;
      return base::PutOrderedInt64(part.integer(), out);
    case KeyType::kDouble:
      *out++ = kDoubleCode;
      return base::PutFixed64(OrderedBits(part.number()), out);
    case KeyType::kString:
    case KeyType::kBytes:
      *out++ = part.type() == KeyType::kString ? kStringCode : kBytesCode;
      return PutText(part.text(), out);
    case KeyType::kUuid:
      IDEM_ASSERT(part.text().size() == kUuidBytes, "I-CODEC-1");
      *out++ = kUuidCode;
      return base::PutBytes(part.text(), out);
  }
  return out;
}

void AppendPart(const KeyPart& part, std::string* out) {
  const std::size_t size = out->size();
  out->resize(size + PartBytesMax(part));
  const char* end = PutPart(part, out->data() + size);
  out->resize(static_cast<std::size_t>(end - out->data()));
}

void AppendKey(const KeyRef& key, std::string* out) {
  const std::size_t size = out->size();
  out->resize(size + KeyBytesMax(key));
  const char* end = PutKey(key, out->data() + size);
  out->resize(static_cast<std::size_t>(end - out->data()));
}

bool ReadPart(std::string_view* input, DecodedPart* part, std::string* text) {
  return ReadAnyPart(input, part, text);
}

bool IsValidKey(std::string_view encoded) {
  DecodedPart part;
  while (!encoded.empty()) {
    if (!ReadAnyPart(&encoded, &part, nullptr)) return false;
  }
  return true;
}

}  // namespace idem::codec
