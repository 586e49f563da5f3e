// SPDX-License-Identifier: Apache-2.0
#include "rules/upsert.h"

#include "codec/version_order.h"

namespace idem::rules {
namespace {

bool SameContent(const Stored& stored, const Incoming& incoming) noexcept {
  if (stored.tombstone != incoming.is_delete) return false;
  return incoming.is_delete || stored.fingerprint == incoming.fingerprint;
}

// The verdict of an incoming record that replaces what is stored.
Verdict Replace(const Stored& stored, const Incoming& incoming) noexcept {
  if (incoming.is_delete) return Verdict::kDeleted;
  return stored.tombstone ? Verdict::kInserted : Verdict::kUpdated;
}

Decision DecideTie(TieRule tie, const Stored& stored, const Incoming& incoming) noexcept {
  constexpr Decision kStays{Verdict::kStale, Reason::kTie};
  const Decision replaces{Replace(stored, incoming), Reason::kTie};
  switch (tie) {
    case TieRule::kConverge:
      return WinsTie(stored, incoming) ? replaces : kStays;
    case TieRule::kFirstWins:
      return kStays;
    case TieRule::kLastWins:
      return replaces;
    case TieRule::kConflict:
      return {Verdict::kConflict, Reason::kSameKey};
  }
  return kStays;
}

}  // namespace

bool WinsTie(const Stored& stored, const Incoming& incoming) noexcept {
  if (incoming.rank != stored.rank) return incoming.rank > stored.rank;
  if (incoming.is_delete != stored.tombstone) return incoming.is_delete;
  return incoming.fingerprint > stored.fingerprint;
}

Decision DecideUpsert(VersionKind kind, TieRule tie, const Stored& stored,
                      const Incoming& incoming) noexcept {
  if (!stored.exists) {
    return {incoming.is_delete ? Verdict::kDeleted : Verdict::kInserted};
  }
  const auto order = codec::CompareVersions(kind, incoming.version, stored.version);
  if (order < 0) return {Verdict::kStale, Reason::kOlderVersion};
  const bool same = SameContent(stored, incoming);
  if (order > 0) return {same ? Verdict::kUnchanged : Replace(stored, incoming)};
  if (same) return {Verdict::kDuplicate, Reason::kSameKey};
  return DecideTie(tie, stored, incoming);
}

}  // namespace idem::rules
