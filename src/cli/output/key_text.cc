// SPDX-License-Identifier: Apache-2.0

#include "cli/output/key_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "cli/input/json_text.h"
#include "cli/output/json.h"

namespace idem::cli {
namespace {

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out->push_back(kDigits[byte >> 4]);
    out->push_back(kDigits[byte & 15]);
  }
}

void AppendTagged(std::string_view tag, std::string_view bytes, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{{\"{}\":\"", tag);
  AppendHex(bytes, out);
  out->append("\"}");
}

std::string UuidText(const KeyPart& part) {
  Uuid uuid;
  std::copy(part.text().begin(), part.text().end(), uuid.bytes.begin());
  return uuid.ToString();
}

void AppendDouble(double number, std::string* out) {
  if (!std::isfinite(number)) {
    const char* word = std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    fmt::format_to(std::back_inserter(*out), "{{\"double\":\"{}\"}}", word);
    return;
  }
  const std::string text = fmt::format("{}", number);  // the shortest that reads back the same
  out->append(text);
  if (text.find_first_of(".e") == std::string::npos) out->append(".0");
}

void AppendPartJson(const KeyPart& part, std::string* out) {
  switch (part.type()) {
    case KeyType::kNull:
      out->append("null");
      break;
    case KeyType::kBool:
      out->append(part.boolean() ? "true" : "false");
      break;
    case KeyType::kInt64:
      out->append(std::to_string(part.integer()));
      break;
    case KeyType::kDouble:
      AppendDouble(part.number(), out);
      break;
    case KeyType::kString:
      if (IsUtf8(part.text())) {
        AppendJsonString(part.text(), out);
      } else {
        AppendTagged("string", part.text(), out);
      }
      break;
    case KeyType::kBytes:
      AppendTagged("bytes", part.text(), out);
      break;
    case KeyType::kUuid:
      fmt::format_to(std::back_inserter(*out), "{{\"uuid\":\"{}\"}}", UuidText(part));
      break;
  }
}

void AppendArray(const std::vector<KeyPart>& parts, std::string* out) {
  out->push_back('[');
  for (const KeyPart& part : parts) {
    if (&part != parts.data()) out->push_back(',');
    AppendPartJson(part, out);
  }
  out->push_back(']');
}

// A string that can stand alone in a line of TSV and is not taken for something else.
bool IsPlain(std::string_view text) {
  return text.find_first_of("\t\r\n") == std::string_view::npos && !text.starts_with('[');
}

Error BadKey(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("the key: {}", what));
}

// The bytes that `hex` stands for; nothing when it is not hexadecimal.
std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::string digits(hex.substr(i, 2));
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
  }
  return bytes;
}

// What the parts of a key under construction refer to; both never move their elements' bytes.
struct KeyParts {
  std::vector<KeyPart> parts;
  std::vector<std::unique_ptr<std::string>> texts;
  std::vector<std::unique_ptr<Uuid>> uuids;

  std::string_view Keep(std::string text) {
    texts.push_back(std::make_unique<std::string>(std::move(text)));
    return *texts.back();
  }
};

Result<void> AddTagged(const Json& object, KeyParts* key) {
  if (object.size() != 1 || !object.begin().value().is_string()) {
    return BadKey("an object is no key part; known are {\"bytes\":..}, {\"uuid\":..}");
  }
  const std::string tag = object.begin().key();
  const std::string text = object.begin().value().get<std::string>();
  if (tag == "uuid") {
    Result<Uuid> uuid = Uuid::Parse(text);
    if (!uuid) return uuid.error();
    key->uuids.push_back(std::make_unique<Uuid>(*uuid));
    key->parts.emplace_back(*key->uuids.back());
    return {};
  }
  if (tag == "double") {
    if (text != "NaN" && text != "Infinity" && text != "-Infinity") {
      return BadKey("a \"double\" is NaN, Infinity or -Infinity");
    }
    key->parts.emplace_back(text == "NaN" ? NAN : text.front() == '-' ? -HUGE_VAL : HUGE_VAL);
    return {};
  }
  const std::optional<std::string> bytes = FromHex(text);
  if (!bytes || (tag != "bytes" && tag != "string")) {
    return BadKey("\"bytes\" and \"string\" hold hexadecimal digits; nothing else is known");
  }
  const std::string_view kept = key->Keep(*bytes);
  if (tag == "bytes") {
    key->parts.emplace_back(Bytes{kept});
  } else {
    key->parts.emplace_back(kept);
  }
  return {};
}

Result<void> AddPart(const Json& json, KeyParts* key) {
  switch (json.type()) {
    case Json::value_t::null:
      key->parts.emplace_back(nullptr);
      return {};
    case Json::value_t::boolean:
      key->parts.emplace_back(json.get<bool>());
      return {};
    case Json::value_t::number_unsigned:
      if (json.get<std::uint64_t>() > INT64_MAX) return BadKey("an integer over 64 bits");
      [[fallthrough]];
    case Json::value_t::number_integer:
      key->parts.emplace_back(json.get<std::int64_t>());
      return {};
    case Json::value_t::number_float:
      key->parts.emplace_back(json.get<double>());
      return {};
    case Json::value_t::string:
      key->parts.emplace_back(key->Keep(json.get<std::string>()));
      return {};
    case Json::value_t::object:
      return AddTagged(json, key);
    default:
      return BadKey("an array is no key part");
  }
}

}  // namespace

void AppendKeyJson(const Key& key, std::string* out) {
  std::string storage;
  const std::vector<KeyPart> parts = key.Parts(&storage);
  if (parts.size() == 1) {
    AppendPartJson(parts.front(), out);
  } else {
    AppendArray(parts, out);
  }
}

void AppendKeyText(const Key& key, std::string* out) {
  std::string storage;
  const std::vector<KeyPart> parts = key.Parts(&storage);
  const KeyType type = parts.size() == 1 ? parts.front().type() : KeyType::kNull;
  if (type == KeyType::kString && IsPlain(parts.front().text())) {
    out->append(parts.front().text());
  } else if (type == KeyType::kInt64) {
    out->append(std::to_string(parts.front().integer()));
  } else if (type == KeyType::kUuid) {
    out->append(UuidText(parts.front()));
  } else {
    AppendArray(parts, out);
  }
}

Result<Key> ParseJsonKey(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return BadKey("not valid JSON");
  KeyParts key;
  if (!json.is_array()) {
    Result<void> added = AddPart(json, &key);
    if (!added) return added.error();
    return Key(key.parts);
  }
  for (const Json& part : json) {
    Result<void> added = AddPart(part, &key);
    if (!added) return added.error();
  }
  return Key(key.parts);
}

void AppendVersionText(const StoredVersion& version, std::string* out) {
  if (const auto* integer = std::get_if<std::int64_t>(&version)) {
    out->append(std::to_string(*integer));
  } else if (const auto* bytes = std::get_if<std::string>(&version)) {
    out->append(*bytes);
  }
}

void AppendVersionJson(const StoredVersion& version, std::string* out) {
  const auto* bytes = std::get_if<std::string>(&version);
  if (bytes != nullptr && IsUtf8(*bytes)) {
    AppendJsonString(*bytes, out);
  } else if (bytes != nullptr) {
    AppendTagged("bytes", *bytes, out);
  } else if (std::holds_alternative<std::int64_t>(version)) {
    AppendVersionText(version, out);
  } else {
    out->append("null");
  }
}

void AppendValueJson(std::string_view value, std::string* out) {
  if (!IsUtf8(value)) {
    AppendTagged("bytes", value, out);
  } else if (IsJson(value)) {
    // A line break in a JSON text is white space: as a blank it keeps the output one line a row.
    for (const char c : value) out->push_back(c == '\n' || c == '\r' ? ' ' : c);
  } else {
    AppendJsonString(value, out);
  }
}

}  // namespace idem::cli
