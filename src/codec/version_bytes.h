// SPDX-License-Identifier: Apache-2.0
//
// How a version is written: a tag, and bytes that depend on it.
//
//   tag  version      bytes
//   0    none         none
//   1    integer      8, big-endian, sign bit flipped
//   2    text         varint32 size, then the bytes
//
// A row envelope keeps the tag among its flags; other records write it as a byte in front.
#pragma once

#include "base/coding.h"

#include <idem/record.h>
#include <idem/row.h>

#include <cstdint>
#include <string>

namespace idem::codec {

inline constexpr std::uint8_t kIntegerVersionTag = 1;
inline constexpr std::uint8_t kVersionTagMax = 2;

std::uint8_t VersionTag(const Version& version) noexcept;
void AppendVersionBytes(const Version& version, std::string* out);

// The same to `out`, and returns where they end.
char* PutVersionBytes(const Version& version, char* out) noexcept;

// The version refers to the reader's bytes. False for a tag that is none. Total. Integers, which
// most versions are, are read here.
bool ReadOtherVersionBytes(std::uint8_t tag, base::Reader* reader, Version* version) noexcept;
inline bool ReadVersionBytes(std::uint8_t tag, base::Reader* reader, Version* version) noexcept {
  if (tag != kIntegerVersionTag) {
    base::Reader aside = *reader;  // so that the one which is handed on may stay in registers
    const bool is_one = ReadOtherVersionBytes(tag, &aside, version);
    *reader = aside;
    return is_one;
  }
  std::int64_t integer = 0;
  if (!reader->ReadOrderedInt64(&integer)) return false;
  *version = Version(integer);
  return true;
}

// With the tag as a byte in front.
void AppendVersion(const Version& version, std::string* out);
bool ReadVersion(base::Reader* reader, StoredVersion* version);

}  // namespace idem::codec
