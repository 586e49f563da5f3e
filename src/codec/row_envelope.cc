// SPDX-License-Identifier: Apache-2.0

#include "codec/row_envelope.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/version_bytes.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kTombstone = 0x01;
constexpr int kVersionTagShift = 1;

}  // namespace

std::size_t PutRowHead(const RowEnvelope& row, char* out) noexcept {
  IDEM_ASSERT(!row.tombstone || row.payload.empty(), "I-CODEC-4");
  IDEM_ASSERT(!row.tombstone || row.fingerprint == Fingerprint{}, "I-CODEC-4");
  const int tag = VersionTag(row.version) << kVersionTagShift;
  char* at = out;
  *at++ = static_cast<char>(tag | (row.tombstone ? kTombstone : 0));
  at = base::PutVarint64(row.commit, at);
  at = base::PutVarint64(row.rank, at);
  at = PutVersionBytes(row.version, at);
  at = base::PutFixed64(row.fingerprint.high, at);
  at = base::PutFixed64(row.fingerprint.low, at);
  return static_cast<std::size_t>(at - out);
}

void AppendRow(const RowEnvelope& row, std::string* out) {
  char head[kRowHeadBytesMax];
  out->append(head, PutRowHead(row, head));
  out->append(row.payload);
}

bool DecodeRow(std::string_view bytes, RowEnvelope* row) {
  base::Reader reader(bytes);
  std::uint8_t flags = 0;
  if (!reader.ReadByte(&flags)) return false;
  row->tombstone = (flags & kTombstone) != 0;
  // All the other bits, so that an unknown one makes a tag that is none.
  const auto tag = static_cast<std::uint8_t>(flags >> kVersionTagShift);
  if (!reader.ReadVarint64(&row->commit) || !reader.ReadVarint32(&row->rank) ||
      !ReadVersionBytes(tag, &reader, &row->version) ||
      !ReadFingerprint(&reader, &row->fingerprint)) {
    return false;
  }
  if (row->version.text().size() > kVersionBytesMax) return false;
  row->payload = reader.rest();
  return !row->tombstone || (row->payload.empty() && row->fingerprint == Fingerprint{});
}

}  // namespace idem::codec
