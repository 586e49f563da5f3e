// SPDX-License-Identifier: Apache-2.0
//
// Upsert tables: the highest version of a key wins; deletes take part like any other version.
//
//   stored      incoming   version   content   verdict
//   nothing     upsert     -         -         INSERTED
//   nothing     delete     -         -         DELETED
//   any         any        lower     -         STALE (older_version)
//   row         upsert     higher    same      UNCHANGED, version raised
//   row         upsert     higher    other     UPDATED
//   row         delete     higher    -         DELETED
//   tombstone   upsert     higher    -         INSERTED
//   tombstone   delete     higher    -         UNCHANGED, version raised
//   any         any        equal     same      DUPLICATE (same_key)
//   any         any        equal     other     the tie rule
//
// "Same" means equal payload fingerprints, or two deletes. Versions of unversioned tables are
// equal. Whether nothing stored means "never seen" is the horizon's question (horizon.h), asked
// before.
#pragma once

#include "rules/decision.h"

#include <idem/table_options.h>

namespace idem::rules {

Decision DecideUpsert(VersionKind kind, TieRule tie, const Stored& stored,
                      const Incoming& incoming) noexcept;

// Under TieRule::kConverge, whether `incoming` beats `stored` at an equal version: the higher
// source rank, then a delete over an upsert, then the higher fingerprint. A total order on what
// differs, so the winner of any set of ties is the same in every order of arrival (invariant 2).
bool WinsTie(const Stored& stored, const Incoming& incoming) noexcept;

}  // namespace idem::rules
