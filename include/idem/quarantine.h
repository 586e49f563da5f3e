// SPDX-License-Identifier: Apache-2.0
//
// Quarantine: the records that commits refused (INVALID, CONFLICT, TOO_LATE), kept with their
// verdict until somebody resolves them. They are written by the very commit that refused them.
//
// An entry's id is a fingerprint of the refused record, so the same record refused again, by a
// replay or a retry, is the same entry; the entry keeps the verdict of the first time. What the
// host rejected (Batch::Reject) is told by its text, however the reason is worded; without a text,
// by the reason. A resolved entry stays as a marker: the same record coming once more, where it
// would be refused again, is DUPLICATE (resolved) and makes no new entry. (With
// InvalidPolicy::kRejectBatch an INVALID record rejects its batch all the same.) Markers go with
// IdempotentSink::PurgeQuarantine.
#pragma once

#include <idem/export.h>
#include <idem/key.h>
#include <idem/record.h>
#include <idem/result.h>
#include <idem/row.h>
#include <idem/verdict.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace idem {

enum class QuarantineState : std::uint8_t { kOpen = 0, kAccepted = 1, kDiscarded = 2 };

enum class Resolution : std::uint8_t {
  kAccept = 1,   // apply the record as the winner, whatever the stored row says
  kDiscard = 2,  // leave the rows as they are
};

struct IDEM_EXPORT QuarantineId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // 32 hexadecimal digits. Errors of Parse: kInvalidArgument.
  static Result<QuarantineId> Parse(std::string_view hex);
  std::string ToString() const;

  friend auto operator<=>(const QuarantineId&, const QuarantineId&) = default;
};

enum class Operation : std::uint8_t { kInsert = 0, kUpsert = 1, kDelete = 2, kReject = 3 };

struct QuarantineEntry {
  QuarantineId id;
  std::string table;
  QuarantineState state = QuarantineState::kOpen;
  Verdict verdict = Verdict::kInvalid;
  Reason reason = Reason::kNone;
  Operation operation = Operation::kInsert;
  std::string key;  // encoded; empty when the record had none
  StoredVersion version;
  std::string event_id;           // encoded; empty when the record had none
  std::string value;              // at most kQuarantineValueBytes of an oversized value
  std::uint64_t value_bytes = 0;  // its full size
  std::string why;                // given to Batch::Reject
  std::string source;             // empty: the record had no position
  Partition partition;
  std::int64_t offset = 0;
  std::uint64_t commit = 0;          // the commit that refused it
  std::uint64_t winning_commit = 0;  // the commit it lost against, or 0
  std::int64_t wall_micros = 0;

  friend bool operator==(const QuarantineEntry&, const QuarantineEntry&) = default;
};

// How much is kept of a key or value that is itself over its limit.
inline constexpr std::size_t kQuarantineValueBytes = 64 * 1024;

struct QuarantineQuery {
  std::string table = {};  // empty: all tables
  bool include_resolved = false;
  std::size_t limit = 1000;
  std::optional<QuarantineId> after = {};  // for the next page: the last id of the page before
};

}  // namespace idem
