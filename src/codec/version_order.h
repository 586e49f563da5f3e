// SPDX-License-Identifier: Apache-2.0
//
// Versions: validity, normal form and order by VersionKind. Integers, which most of them are, are
// done in the header.
#pragma once

#include "base/assert.h"

#include <idem/record.h>
#include <idem/row.h>
#include <idem/verdict.h>

#include <compare>
#include <string>

namespace idem::codec {

// Checks a record's version against the table's kind. Returns kNone when it fits, else the reason
// for INVALID. For kHex, `*normal` receives the normal form (upper case, no leading zeros, "0" for
// a zero section), which is what is stored and compared; otherwise it is left alone.
Reason CheckOtherVersion(VersionKind kind, const Version& version, std::string* normal);
inline Reason CheckVersion(VersionKind kind, const Version& version, std::string* normal) {
  if (kind == VersionKind::kInteger && version.is_integer()) return Reason::kNone;
  return CheckOtherVersion(kind, version, normal);
}

// Orders two versions of one kind. REQUIRES: both passed CheckVersion, kHex ones in normal form.
std::strong_ordering CompareOtherVersions(VersionKind kind, const Version& a,
                                          const Version& b) noexcept;
inline std::strong_ordering CompareVersions(VersionKind kind, const Version& a,
                                            const Version& b) noexcept {
  if (kind != VersionKind::kInteger) return CompareOtherVersions(kind, a, b);
  IDEM_ASSERT(a.is_integer() && b.is_integer(), "I-CODEC-3");
  return a.integer() <=> b.integer();
}

StoredVersion ToStored(const Version& version);
Version ToView(const StoredVersion& version) noexcept;  // refers to `version`

}  // namespace idem::codec
