// SPDX-License-Identifier: Apache-2.0
//
// Verdict: what became of one record. Every record offered gets exactly one, so the verdict counts
// of a commit always add up to the records offered (invariant 8, conservation).
//
// Verdicts are listed in descending precedence: when several would apply, the first one wins, and
// that order is part of the contract. The numbers are stored in commit reports and are stable.
//
//   verdict     effect on the row   meaning
//   INVALID     none                 bad key, too big, wrong type: see the Reason
//   FENCED      none                 offered through a writer that a newer one has replaced
//   REPLAYED    none                 its position is already behind the source's checkpoint
//   DUPLICATE   none                 the same event, or the same content, was applied before
//   CONFLICT    none                 the same identity was applied before with another payload
//   TOO_LATE    none                 older than the table's horizon: cannot be decided exactly
//   STALE       none                 older than the stored version, or lost the tie
//   UNCHANGED   version raised       newer version with the content already stored; its bytes are
//                                    stored (they may differ where only JSON content counts)
//   INSERTED    row created          no row (or a tombstone) was there
//   UPDATED     row replaced         newer than the stored version, or won the tie
//   DELETED     tombstone written    newer than the stored version
//   MERGED      row combined         reserved for merge tables
//
// INVALID, CONFLICT and TOO_LATE are refusals: the record goes to quarantine (quarantine.h) in the
// commit that refused it, so nothing a source delivered is lost.
#pragma once

#include <idem/export.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace idem {

enum class Verdict : std::uint8_t {
  kInvalid = 0,
  kFenced = 1,
  kReplayed = 2,
  kDuplicate = 3,
  kConflict = 4,
  kTooLate = 5,
  kStale = 6,
  kUnchanged = 7,
  kInserted = 8,
  kUpdated = 9,
  kDeleted = 10,
  kMerged = 11,
};

inline constexpr std::size_t kVerdictCount = 12;

// Why the verdict was given. kNone where the verdict says it all.
enum class Reason : std::uint8_t {
  kNone = 0,

  // INVALID
  kKeyMissing = 1,            // the key has no parts
  kKeyTooLarge = 2,           // encoded key over Limits::key_bytes
  kValueTooLarge = 3,         // value over Limits::value_bytes
  kVersionMissing = 4,        // the table is versioned and the record is not
  kVersionUnexpected = 5,     // the record is versioned and the table is not
  kVersionKindMismatch = 6,   // an integer where the table has bytes, or the reverse
  kVersionMalformed = 7,      // not hexadecimal sections, or over kVersionBytesMax
  kEventIdTooLarge = 8,       // encoded event id over kEventIdBytesMax
  kPayloadNotJson = 9,        // the table's fingerprint needs JSON and the value is none
  kOperationNotAllowed = 10,  // Upsert or Delete in an append table, Insert in an upsert table
  kOffsetOutOfRange = 11,     // below 0 or above kOffsetMax
  kRejectedByHost = 12,       // handed in with Batch::Reject
  kVersionTooFar = 13,        // above TableOptions::version_max
  kEventIdMissing = 14,       // an event id was given, and has no parts

  // DUPLICATE and CONFLICT
  kSameEventId = 20,  // decided by the event id
  kSameKey = 21,      // decided by the key (append tables, or an equal version)
  kResolved = 22,     // the same conflict was resolved earlier (quarantine.h)

  // STALE and UPDATED
  kOlderVersion = 30,
  kTie = 31,  // equal version, other payload: decided by the table's TieRule

  // TOO_LATE
  kBeyondHorizon = 40,
};

// True for INVALID, CONFLICT and TOO_LATE: the record needs somebody's attention.
constexpr bool IsRefused(Verdict verdict) noexcept {
  return verdict == Verdict::kInvalid || verdict == Verdict::kConflict ||
         verdict == Verdict::kTooLate;
}

// True when the record changed the table: UNCHANGED (its version moved), INSERTED, UPDATED,
// DELETED, MERGED.
constexpr bool IsApplied(Verdict verdict) noexcept { return verdict >= Verdict::kUnchanged; }

// "INSERTED", "TOO_LATE", ...: the words of the documentation, metrics and the command line.
IDEM_EXPORT std::string_view ToString(Verdict verdict) noexcept;

// "key_missing", "tie", ...; empty for kNone.
IDEM_EXPORT std::string_view ToString(Reason reason) noexcept;

}  // namespace idem
