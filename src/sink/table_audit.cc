// SPDX-License-Identifier: Apache-2.0
#include "sink/table_audit.h"

#include "codec/event_record.h"
#include "codec/row_envelope.h"
#include "codec/tuple.h"
#include "rules/horizon.h"

#include <algorithm>

namespace idem {

void TableAudit::VisitState(std::string_view value, std::uint64_t commit) {
  readable_ = codec::DecodeTableState(value, &stored_);
  if (!readable_) {
    Finding("the state of the table cannot be decoded");
  } else if (stored_.last_commit > commit) {
    Finding("the state of the table is newer than the last commit");
  }
}

void TableAudit::VisitRow(std::string_view key, std::string_view value, std::uint64_t commit) {
  codec::RowEnvelope row;
  if (!codec::DecodeRow(value, &row) || !codec::IsValidKey(key)) {
    Finding("a row cannot be decoded");
    return;
  }
  if (row.commit > commit) Finding("a row is newer than the last commit");
  derived_.last_commit = std::max(derived_.last_commit, row.commit);
  rules::RaiseHighVersion(row.version, &derived_);
  if (row.tombstone) {
    ++derived_.tombstones;
    return;
  }
  ++derived_.rows;
  derived_.digest.Add(codec::RowDigest(key, row.version, row.fingerprint));
  if (row.fingerprint_derived && !fingerprinter_.needs_json()) return;  // it was made just now
  codec::Fingerprint fingerprint;
  if (!fingerprinter_.Of(row.payload, &scratch_, &fingerprint) || fingerprint != row.fingerprint) {
    Finding("a row's value does not have its stored fingerprint");
  }
}

void TableAudit::VisitEvent(std::string_view key, std::string_view value, std::uint64_t commit) {
  codec::EventRecord event;
  if (!codec::DecodeEvent(value, &event) || !codec::IsValidKey(key)) {
    Finding("an event id cannot be decoded");
    return;
  }
  ++derived_.event_ids;
  if (event.commit > commit) Finding("an event id is newer than the last commit");
}

void TableAudit::Compare() const {
  if (!readable_) return;
  CompareCount("rows", stored_.rows, derived_.rows);
  CompareCount("tombstones", stored_.tombstones, derived_.tombstones);
  CompareCount("event ids", stored_.event_ids, derived_.event_ids);
  if (stored_.digest != derived_.digest) {
    Finding("the digest is stored as " + stored_.digest.ToHex() + ", the rows give " +
            derived_.digest.ToHex());
  }
  // Rows may have been replaced or collected since, so the state may be ahead of them.
  if (derived_.last_commit > stored_.last_commit) {
    Finding("a row is newer than the state of the table");
  }
  if (derived_.high_version && stored_.high_version < derived_.high_version) {
    Finding("a row has a higher version than the highest one the state of the table knows");
  }
}

void TableAudit::CompareCount(const char* what, std::uint64_t stored, std::uint64_t derived) const {
  if (stored == derived) return;
  Finding(std::to_string(stored) + " " + what + " are stored as the count, " +
          std::to_string(derived) + " are there");
}

}  // namespace idem
