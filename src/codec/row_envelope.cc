// SPDX-License-Identifier: Apache-2.0

#include "codec/row_envelope.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/version_bytes.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kTombstone = 0x01;
constexpr int kVersionTagShift = 1;
constexpr std::uint8_t kDerived = 0x08;

// What stands in front of the fingerprint. Flags that are none make a version tag that is none.
bool ReadFields(base::Reader* reader, RowEnvelope* row) {
  std::uint8_t flags = 0;
  if (!reader->ReadByte(&flags)) return false;
  row->tombstone = (flags & kTombstone) != 0;
  row->fingerprint_derived = (flags & kDerived) != 0;
  const int tag = (flags & ~(kTombstone | kDerived)) >> kVersionTagShift;
  return reader->ReadVarint64(&row->commit) && reader->ReadVarint32(&row->rank) &&
         ReadVersionBytes(static_cast<std::uint8_t>(tag), reader, &row->version) &&
         row->version.text().size() <= kVersionBytesMax;
}

bool IsConsistent(const RowEnvelope& row) {
  return !row.tombstone || (row.payload.empty() && row.fingerprint == Fingerprint{});
}

}  // namespace

std::size_t PutRowHead(const RowEnvelope& row, char* out) noexcept {
  IDEM_ASSERT(IsConsistent(row), "I-CODEC-4");
  const int tag = VersionTag(row.version) << kVersionTagShift;
  char* at = out;
  *at++ = static_cast<char>(tag | (row.tombstone ? kTombstone : 0) |
                            (row.fingerprint_derived ? kDerived : 0));
  at = base::PutVarint64(row.commit, at);
  at = base::PutVarint64(row.rank, at);
  at = PutVersionBytes(row.version, at);
  at = base::PutFixed64(row.fingerprint.high, at);
  at = base::PutFixed64(row.fingerprint.low, at);
  return static_cast<std::size_t>(at - out);
}

void AppendRow(const RowEnvelope& row, std::string* out) {
  char head[kRowHeadBytesMax];
  out->append(head, StoredBytes(row, PutRowHead(row, head)));
  out->append(row.payload);
}

bool DecodeRowUnhashed(std::string_view bytes, RowEnvelope* row) {
  base::Reader reader(bytes);
  row->fingerprint = {};
  if (!ReadFields(&reader, row)) return false;
  if (!row->fingerprint_derived && !ReadFingerprint(&reader, &row->fingerprint)) return false;
  row->payload = reader.rest();
  return IsConsistent(*row);
}

bool DecodeRow(std::string_view bytes, RowEnvelope* row) {
  if (!DecodeRowUnhashed(bytes, row)) return false;
  if (row->fingerprint_derived && !row->tombstone) row->fingerprint = FingerprintOf(row->payload);
  return true;
}

bool DecodeRowHead(std::string_view head, RowEnvelope* row) {
  base::Reader reader(head);
  row->payload = {};
  return ReadFields(&reader, row) && ReadFingerprint(&reader, &row->fingerprint) &&
         reader.rest().empty() && IsConsistent(*row);
}

RowStamp StampIfSame(std::string_view head, const Version& version,
                     const Fingerprint& fingerprint) noexcept {
  const bool integer = version.is_integer();
  const std::size_t content = kFingerprintBytes + (integer ? sizeof(std::int64_t) : 0);
  if (head.size() <= content) return {};
  const char* fingerprint_at = head.data() + head.size() - kFingerprintBytes;
  if (base::LoadFixed64(fingerprint_at) != fingerprint.high) return {};
  if (base::LoadFixed64(fingerprint_at + 8) != fingerprint.low) return {};
  if (integer ? base::LoadFixed64(fingerprint_at - 8) != base::OrderedBits(version.integer())
              : version.has_value()) {
    return {};
  }
  const int flags = integer ? kIntegerVersionTag << kVersionTagShift : 0;
  if ((head.front() & ~kDerived) != flags) return {};
  base::Reader front({head.data() + 1, head.size() - 1 - content});
  RowStamp stamp;
  const bool read = front.ReadVarint64(&stamp.commit) && front.ReadVarint32(&stamp.rank);
  return read && front.AtEnd() ? stamp : RowStamp();
}

}  // namespace idem::codec
