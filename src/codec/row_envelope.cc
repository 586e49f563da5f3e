// SPDX-License-Identifier: Apache-2.0

#include "codec/row_envelope.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/version_bytes.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kTombstone = 0x01;
constexpr int kVersionTagShift = 1;
constexpr std::uint8_t kKnownFlags = kTombstone | 0x03 << kVersionTagShift;

}  // namespace

void AppendRow(const RowEnvelope& row, std::string* out) {
  IDEM_ASSERT(!row.tombstone || row.payload.empty(), "I-CODEC-4");
  IDEM_ASSERT(!row.tombstone || row.fingerprint == Fingerprint{}, "I-CODEC-4");
  const int tag = VersionTag(row.version) << kVersionTagShift;
  base::AppendByte(static_cast<std::uint8_t>(tag | (row.tombstone ? kTombstone : 0)), out);
  base::AppendVarint64(row.commit, out);
  base::AppendVarint32(row.rank, out);
  AppendVersionBytes(row.version, out);
  AppendFingerprint(row.fingerprint, out);
  out->append(row.payload);
}

bool DecodeRow(std::string_view bytes, RowEnvelope* row) {
  base::Reader reader(bytes);
  std::uint8_t flags = 0;
  if (!reader.ReadByte(&flags) || (flags & ~kKnownFlags) != 0) return false;
  row->tombstone = (flags & kTombstone) != 0;
  const auto tag = static_cast<std::uint8_t>(flags >> kVersionTagShift);
  if (!reader.ReadVarint64(&row->commit) || !reader.ReadVarint32(&row->rank) ||
      !ReadVersionBytes(tag, &reader, &row->version) ||
      !ReadFingerprint(&reader, &row->fingerprint)) {
    return false;
  }
  row->payload = reader.rest();
  return !row->tombstone || (row->payload.empty() && row->fingerprint == Fingerprint{});
}

}  // namespace idem::codec
