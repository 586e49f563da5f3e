// SPDX-License-Identifier: Apache-2.0

#include "codec/version_bytes.h"

#include "codec/version_order.h"

namespace idem::codec {
namespace {

// DO NOT CHANGE THESE VALUES: they are on disk.
constexpr std::uint8_t kNone = 0;
constexpr std::uint8_t kInteger = kIntegerVersionTag;
constexpr std::uint8_t kText = 2;

static_assert(kText == kVersionTagMax);

}  // namespace

std::uint8_t VersionTag(const Version& version) noexcept {
  if (!version.has_value()) return kNone;
  return version.is_integer() ? kInteger : kText;
}

void AppendVersionBytes(const Version& version, std::string* out) {
  if (!version.has_value()) return;
  if (version.is_integer()) {
    base::AppendOrderedInt64(version.integer(), out);
  } else {
    base::AppendSized(version.text(), out);
  }
}

char* PutVersionBytes(const Version& version, char* out) noexcept {
  if (!version.has_value()) return out;
  if (version.is_integer()) return base::PutOrderedInt64(version.integer(), out);
  return base::PutSized(version.text(), out);
}

bool ReadOtherVersionBytes(std::uint8_t tag, base::Reader* reader, Version* version) noexcept {
  *version = Version();
  if (tag == kNone) return true;
  std::string_view text;
  if (tag != kText || !reader->ReadSized(&text)) return false;
  *version = Version(text);
  return true;
}

void AppendVersion(const Version& version, std::string* out) {
  base::AppendByte(VersionTag(version), out);
  AppendVersionBytes(version, out);
}

bool ReadVersion(base::Reader* reader, StoredVersion* version) {
  std::uint8_t tag = 0;
  Version view;
  if (!reader->ReadByte(&tag) || !ReadVersionBytes(tag, reader, &view)) return false;
  *version = ToStored(view);
  return true;
}

}  // namespace idem::codec
