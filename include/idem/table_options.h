// SPDX-License-Identifier: Apache-2.0
//
// TableOptions: what a table is. Given when a table is first opened, stored, and compared whenever
// it is opened again: another definition is refused with what differs (kDefinitionChanged), because
// rows decided under one rule must not be decided under another.
#pragma once

#include <idem/export.h>
#include <idem/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem {

enum class TableMode : std::uint8_t {
  kAppend = 0,  // identity = key; the first record wins, another payload is a CONFLICT
  kUpsert = 1,  // identity = key + version; the highest version wins
};

// Upsert tables: which of two payloads with the same version stays.
enum class TieRule : std::uint8_t {
  kConverge = 0,   // (source rank, then payload fingerprint) decides; a delete beats an upsert. The
                   // final state is the same for every order of arrival
  kFirstWins = 1,  // the stored one stays
  kLastWins = 2,   // the arriving one replaces it. Arrival order is then part of the result:
                   // offering old records of an equal version again can change the row, unless
                   // all have event ids or it is all of them in their order
  kConflict = 3,   // the stored one stays, the arriving one is CONFLICT and goes to quarantine
};

struct IDEM_EXPORT TableOptions {
  TableMode mode = TableMode::kUpsert;

  // Upsert tables default to integers, append tables to none. An upsert table of kNone needs a
  // `tie` other than kConverge: without versions nothing but arrival can order two payloads.
  std::optional<VersionKind> version = {};

  TieRule tie = TieRule::kConverge;

  // The payload fingerprint, by which "same content" is decided. By default it covers the value's
  // bytes. With `canonical_json` the value must be JSON, and member order and white space do not
  // matter; numbers are compared by their text (1.0 is not 1). `ignored_members` (dotted paths such
  // as "meta.ingest_ts", at most kIgnoredMembersMax) are left out and imply canonical_json. The
  // value itself is stored byte for byte either way.
  bool canonical_json = false;
  std::vector<std::string> ignored_members = {};

  // Integer versions only. How far below the highest version seen by this table a key without a row
  // is still decided. Below it the answer is TOO_LATE instead of INSERTED, and tombstones may be
  // collected (IdempotentSink::CollectTombstones). Unset: everything is remembered.
  std::optional<std::int64_t> horizon = {};

  // Integer versions only. Versions above it are INVALID (version_too_far): one row dated 2099 must
  // not move the horizon for all others. Unset: no bound.
  std::optional<std::int64_t> version_max = {};

  // The version kind in effect.
  VersionKind version_kind() const noexcept {
    if (version) return *version;
    return mode == TableMode::kUpsert ? VersionKind::kInteger : VersionKind::kNone;
  }
};

IDEM_EXPORT std::string_view ToString(TableMode mode) noexcept;    // "append", "upsert"
IDEM_EXPORT std::string_view ToString(TieRule rule) noexcept;      // "converge", "first", ...
IDEM_EXPORT std::string_view ToString(VersionKind kind) noexcept;  // "none", "integer", ...

}  // namespace idem
