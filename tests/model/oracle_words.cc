// SPDX-License-Identifier: Apache-2.0
//
// What the oracle knows of payloads, key sizes and versions.

#include "model/oracle.h"

#include <xxhash.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace idem::model {
namespace {

void RemovePath(nlohmann::json* json, std::string_view path) {
  if (!json->is_object()) return;
  const std::size_t dot = path.find('.');
  const std::string head(path.substr(0, dot));
  if (dot == std::string_view::npos) {
    json->erase(head);
  } else if (json->contains(head)) {
    RemovePath(&(*json)[head], path.substr(dot + 1));
  }
}

std::vector<std::string> Sections(std::string_view text) {
  std::vector<std::string> sections(1);
  for (const char c : text) {
    if (c == '/') {
      sections.emplace_back();
    } else {
      sections.back() += c;
    }
  }
  return sections;
}

}  // namespace

std::optional<Content> ContentOf(const TableOptions& options, const std::string& value) {
  std::string bytes = value;
  if (options.canonical_json || !options.ignored_members.empty()) {
    nlohmann::json json = nlohmann::json::parse(value, nullptr, false);
    if (json.is_discarded()) return std::nullopt;
    for (const std::string& path : options.ignored_members) RemovePath(&json, path);
    bytes = json.dump();
  }
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return Content{.high = hash.high64, .low = hash.low64};
}

std::size_t EncodedSize(const script::Tuple& key) {
  std::size_t size = 0;
  for (const script::Part& part : key) {
    const std::string* text = std::get_if<std::string>(&part);
    if (const auto* blob = std::get_if<script::Blob>(&part)) text = &blob->data;
    if (text != nullptr) {
      size += 2 + text->size();
      size += static_cast<std::size_t>(std::count(text->begin(), text->end(), '\0'));
    } else if (std::holds_alternative<Uuid>(part)) {
      size += 17;
    } else if (std::holds_alternative<std::int64_t>(part) ||
               std::holds_alternative<script::Number>(part)) {
      size += 9;
    } else {
      size += 1;
    }
  }
  return size;
}

std::optional<std::string> NormalHex(std::string_view text) {
  if (text.size() > kVersionBytesMax) return std::nullopt;
  std::string normal;
  std::size_t count = 0;
  for (std::string& section : Sections(text)) {
    if (section.empty() || ++count > 16) return std::nullopt;
    for (char& c : section) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
      if ((c < '0' || c > '9') && (c < 'A' || c > 'F')) return std::nullopt;
    }
    section.erase(0, std::min(section.find_first_not_of('0'), section.size() - 1));
    normal += (normal.empty() ? "" : "/") + section;
  }
  return normal;
}

std::strong_ordering CompareVersions(VersionKind kind, const StoredVersion& a,
                                     const StoredVersion& b) {
  if (kind == VersionKind::kNone) return std::strong_ordering::equal;
  if (kind == VersionKind::kInteger) return std::get<std::int64_t>(a) <=> std::get<std::int64_t>(b);
  const std::string& left = std::get<std::string>(a);
  const std::string& right = std::get<std::string>(b);
  if (kind == VersionKind::kBytes) return left.compare(right) <=> 0;
  const std::vector<std::string> x = Sections(left);
  const std::vector<std::string> y = Sections(right);
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (x[i].size() != y[i].size()) return x[i].size() <=> y[i].size();
    if (const int order = x[i].compare(y[i]); order != 0) return order <=> 0;
  }
  return x.size() <=> y.size();
}

}  // namespace idem::model
