// SPDX-License-Identifier: Apache-2.0
//
// Row envelope: the value stored under a row's key. The row is its own dedup entry: everything a
// decision needs stands in front of the payload, or follows from it.
//
//   flags        1 byte: bit 0 tombstone, bits 1-2 version tag (0 none, 1 integer, 2 bytes),
//                bit 3 the fingerprint is derived, rest 0
//   commit       varint64: the commit that wrote it
//   rank         varint32: the rank of the source it came from
//   version      tag 1: 8 bytes big-endian, sign bit flipped; tag 2: varint32 size, bytes
//   fingerprint  16 bytes, high half first, big-endian; not there when it is derived: then it is
//                that of the payload's bytes, and of a tombstone zero
//   payload      the rest; empty for a tombstone
//
// In memory, where rows are known without their payload, a row's head is kept: the same, with the
// fingerprint in every case and without the payload.
#pragma once

#include "codec/fingerprint.h"

#include <idem/limits.h>
#include <idem/record.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idem::codec {

struct RowEnvelope {
  bool tombstone = false;
  std::uint64_t commit = 0;
  std::uint32_t rank = 0;
  Version version = {};          // a view, as is `payload`
  Fingerprint fingerprint = {};  // zero for a tombstone
  std::string_view payload = {};
  bool fingerprint_derived = false;
};

void AppendRow(const RowEnvelope& row, std::string* out);

// Writes the head to `out` and returns how long it is.
// REQUIRES: a version of at most kVersionBytesMax bytes.
std::size_t PutRowHead(const RowEnvelope& row, char* out) noexcept;

inline constexpr std::size_t kRowHeadBytesMax =
    1 + 10 + 5 + 1 + kVersionBytesMax + kFingerprintBytes;

// How much of the row's head is stored in front of the payload.
inline std::size_t StoredBytes(const RowEnvelope& row, std::size_t head_bytes) noexcept {
  return row.fingerprint_derived ? head_bytes - kFingerprintBytes : head_bytes;
}

// The views refer to `bytes`. False on any bytes that AppendRow does not write. Total.
bool DecodeRow(std::string_view bytes, RowEnvelope* row);

// The same where nobody asks for the fingerprint: one that is derived stays zero.
bool DecodeRowUnhashed(std::string_view bytes, RowEnvelope* row);

// The same of a head. The payload stays empty.
bool DecodeRowHead(std::string_view head, RowEnvelope* row);

// What a row says besides its content.
struct RowStamp {
  std::uint64_t commit = 0;  // no row has 0
  std::uint32_t rank = 0;
};

// That of the row with this head, if it is a row and its content exactly this; else none, commit 0,
// as always of versions that are text. Sooner known than all that a head says.
RowStamp StampIfSame(std::string_view head, const Version& version,
                     const Fingerprint& fingerprint) noexcept;

}  // namespace idem::codec
