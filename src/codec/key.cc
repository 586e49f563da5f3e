// SPDX-License-Identifier: Apache-2.0

#include <idem/key.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "codec/tuple.h"

#include <fmt/format.h>
#include <iterator>

namespace idem {
namespace {

// A uuid part refers to a Uuid; here its bytes lie in a string.
const Uuid& AsUuid(std::string_view bytes) noexcept {
  static_assert(sizeof(Uuid) == 16 && alignof(Uuid) == 1);
  return *reinterpret_cast<const Uuid*>(bytes.data());
}

KeyPart MakePart(const codec::DecodedPart& part, std::string_view storage) noexcept {
  const std::string_view text = storage.substr(part.text_begin, part.text_size);
  switch (part.type) {
    case KeyType::kNull:
      break;
    case KeyType::kBool:
      return KeyPart(part.integer != 0);
    case KeyType::kInt64:
      return KeyPart(part.integer);
    case KeyType::kDouble:
      return KeyPart(part.number);
    case KeyType::kString:
      return KeyPart(text);
    case KeyType::kBytes:
      return KeyPart(Bytes{text});
    case KeyType::kUuid:
      return KeyPart(AsUuid(text));
  }
  return KeyPart(nullptr);
}

void AppendNumber(double number, std::string* out) {
  const std::size_t begin = out->size();
  fmt::format_to(std::back_inserter(*out), "{}", number);
  // A double must not look like an integer: 1.0 and 1 are different keys.
  const bool looks_integer = out->find_first_not_of("-0123456789", begin) == std::string::npos;
  if (looks_integer) out->append(".0");
}

void AppendPartText(const KeyPart& part, std::string* out) {
  switch (part.type()) {
    case KeyType::kNull:
      out->append("null");
      return;
    case KeyType::kBool:
      out->append(part.boolean() ? "true" : "false");
      return;
    case KeyType::kInt64:
      out->append(std::to_string(part.integer()));
      return;
    case KeyType::kDouble:
      AppendNumber(part.number(), out);
      return;
    case KeyType::kString:
      out->push_back('"');
      base::AppendEscaped(part.text(), out);
      out->push_back('"');
      return;
    case KeyType::kBytes:
      out->append("x'");
      base::AppendHex(part.text(), out);
      out->push_back('\'');
      return;
    case KeyType::kUuid:
      out->append(AsUuid(part.text()).ToString());
      return;
  }
}

}  // namespace

Key::Key(std::initializer_list<KeyPart> parts) {
  for (const KeyPart& part : parts) codec::AppendPart(part, &encoded_);
}

Key::Key(const std::vector<KeyPart>& parts) {
  for (const KeyPart& part : parts) codec::AppendPart(part, &encoded_);
}

Result<Key> Key::FromEncoded(std::string_view encoded) {
  if (!codec::IsValidKey(encoded)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the bytes are not an encoded key; pass what Key::encoded() returned");
  }
  Key key;
  key.encoded_.assign(encoded);
  return key;
}

std::vector<KeyPart> Key::Parts(std::string* storage) const {
  storage->clear();
  std::vector<codec::DecodedPart> decoded;
  std::string_view rest = encoded_;
  codec::DecodedPart part;
  while (!rest.empty() && codec::ReadPart(&rest, &part, storage)) decoded.push_back(part);
  // Only now: reading moves the storage when it grows.
  std::vector<KeyPart> parts;
  parts.reserve(decoded.size());
  for (const codec::DecodedPart& one : decoded) parts.push_back(MakePart(one, *storage));
  return parts;
}

std::string Key::ToString() const {
  std::string storage;
  std::string text = "(";
  std::string_view separator;
  for (const KeyPart& part : Parts(&storage)) {
    text.append(separator);
    AppendPartText(part, &text);
    separator = ", ";
  }
  text.push_back(')');
  return text;
}

}  // namespace idem
