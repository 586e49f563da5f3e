// SPDX-License-Identifier: Apache-2.0

#include "codec/version_order.h"

#include "base/hex.h"

#include <idem/limits.h>

#include <algorithm>

namespace idem::codec {
namespace {

constexpr std::size_t kHexSectionsMax = 16;

// Cuts the first section off `*text`, with the '/' after it.
std::string_view TakeSection(std::string_view* text) noexcept {
  const std::size_t slash = text->find('/');
  const std::string_view section = text->substr(0, slash);
  text->remove_prefix(slash == std::string_view::npos ? text->size() : slash + 1);
  return section;
}

bool AppendNormalSection(std::string_view section, std::string* normal) {
  if (section.empty()) return false;
  const std::size_t digits_begin = std::min(section.find_first_not_of('0'), section.size() - 1);
  for (std::size_t i = 0; i < section.size(); ++i) {
    const int digit = base::HexDigit(section[i]);
    if (digit < 0) return false;
    if (i >= digits_begin) normal->push_back("0123456789ABCDEF"[digit]);
  }
  return true;
}

bool NormalizeHex(std::string_view text, std::string* normal) {
  normal->clear();
  if (text.empty() || text.back() == '/') return false;
  for (std::size_t sections = 0; !text.empty(); ++sections) {
    if (sections == kHexSectionsMax) return false;
    if (sections > 0) normal->push_back('/');
    if (!AppendNormalSection(TakeSection(&text), normal)) return false;
  }
  return true;
}

// Without leading zeros a longer section is a larger number.
std::strong_ordering CompareSections(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering CompareHex(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    const auto order = CompareSections(TakeSection(&a), TakeSection(&b));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();  // a missing section is lower than any
}

}  // namespace

Reason CheckOtherVersion(VersionKind kind, const Version& version, std::string* normal) {
  if (kind == VersionKind::kNone) {
    return version.has_value() ? Reason::kVersionUnexpected : Reason::kNone;
  }
  if (!version.has_value()) return Reason::kVersionMissing;
  if (version.is_integer() != (kind == VersionKind::kInteger)) return Reason::kVersionKindMismatch;
  if (version.text().size() > kVersionBytesMax) return Reason::kVersionMalformed;
  if (kind == VersionKind::kHex && !NormalizeHex(version.text(), normal)) {
    return Reason::kVersionMalformed;
  }
  return Reason::kNone;
}

std::strong_ordering CompareOtherVersions(VersionKind kind, const Version& a,
                                          const Version& b) noexcept {
  if (kind == VersionKind::kBytes) return a.text().compare(b.text()) <=> 0;
  return kind == VersionKind::kHex ? CompareHex(a.text(), b.text()) : std::strong_ordering::equal;
}

StoredVersion ToStored(const Version& version) {
  if (!version.has_value()) return std::monostate();
  if (version.is_integer()) return version.integer();
  return std::string(version.text());
}

Version ToView(const StoredVersion& version) noexcept {
  if (const auto* integer = std::get_if<std::int64_t>(&version)) return Version(*integer);
  if (const auto* text = std::get_if<std::string>(&version)) return Version(*text);
  return Version();
}

}  // namespace idem::codec
