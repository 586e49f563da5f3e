// SPDX-License-Identifier: Apache-2.0
#include "pipeline/decide.h"

#include "base/assert.h"
#include "codec/version_order.h"
#include "rules/append.h"
#include "rules/events.h"
#include "rules/horizon.h"
#include "rules/upsert.h"

#include <optional>

namespace idem::pipeline {
namespace {

using rules::Decision;

// What the commit before leaves of a table.
const codec::TableState& StateBefore(const TableEntry* table, const WorkingSet& work) {
  if (work.beside == nullptr) return table->state;
  const auto beside = work.beside->tables.find(table);
  return beside == work.beside->tables.end() ? table->state : beside->second;
}

void TurnTo(const TableEntry* table, WorkingSet* work) {
  work->last_table = &*work->tables.try_emplace(table, StateBefore(table, *work)).first;
}

// Consecutive records mostly belong to one table.
codec::TableState& StateOf(const TableEntry* table, WorkingSet* work) {
  if (work->last_table == nullptr || work->last_table->first != table) TurnTo(table, work);
  return work->last_table->second;
}

Decision DecideAgainst(const codec::RowEnvelope& row, bool exists, const BatchRecord& record,
                       const Candidate& candidate) {
  const TableOptions& options = record.table->definition.options;
  const rules::Stored stored{exists, row.tombstone, row.version, row.rank, row.fingerprint};
  return options.mode == TableMode::kAppend
             ? rules::DecideAppend(stored, candidate)
             : rules::DecideUpsert(options.version_kind(), options.tie, stored, candidate);
}

codec::Fingerprint EventOf(const BatchRecord& record, const Candidate& candidate) {
  return codec::EventFingerprint(candidate.is_delete, record.key(), candidate.version,
                                 candidate.fingerprint);
}

// The same content came again from a source of a higher rank. The row keeps its commit, but the
// rank counts in later ties, so it must not depend on which of the two came first (invariant 2).
bool RaisesRank(const Decision& decision, const TableOptions& options, const Candidate& candidate,
                const codec::RowEnvelope& row) {
  return decision.verdict == Verdict::kDuplicate && options.mode == TableMode::kUpsert &&
         options.tie == TieRule::kConverge && candidate.rank > row.rank;
}

// Before the row of the slot is changed for the first time.
void NoteReplaced(std::string_view key, const Slot& slot, WorkingSet* work) {
  const RowFingerprints& known = work->identities->fingerprints();
  if (!known.enabled() || !slot.exists || slot.dirty) return;
  work->replaced.push_back(known.Of(key, slot.row));
}

void RaiseRank(std::string_view key, const Candidate& candidate, WorkingSet* work) {
  Slot& slot = work->slots[candidate.row];
  NoteReplaced(key, slot, work);
  slot.row.rank = candidate.rank;
  slot.dirty = true;
  if (slot.payload_unread) work->kept_payloads.push_back(candidate.row);
}

Outcome DecideByRow(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
                    WorkingSet* work) {
  Slot& slot = work->slots[candidate.row];
  const TableOptions& options = record.table->definition.options;
  if (!slot.exists &&
      rules::BeyondHorizon(options, StateOf(record.table, work), candidate.version)) {
    return {Verdict::kTooLate, Reason::kBeyondHorizon, 0};
  }
  const Decision decision = DecideAgainst(slot.row, slot.exists, record, candidate);
  if (IsApplied(decision.verdict)) {
    Apply(record, candidate, commit, work);
    return {decision.verdict, decision.reason, commit};
  }
  if (RaisesRank(decision, options, candidate, slot.row)) {
    RaiseRank(record.row_key(), candidate, work);
  }
  return {decision.verdict, decision.reason, slot.row.commit};
}

// The event was applied, and comes again: at the row's version it may win a tie that it had lost,
// or raise the rank, where its source is a stronger one this time (invariant 2).
bool MayWinTie(const BatchRecord& record, const Candidate& candidate, const Slot& row) {
  const TableOptions& options = record.table->definition.options;
  return options.mode == TableMode::kUpsert && options.tie == TieRule::kConverge && row.exists &&
         codec::CompareVersions(options.version_kind(), candidate.version, row.row.version) == 0;
}

// The next record of this event id is the same one, or a conflict.
void NoteEvent(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
               WorkingSet* work) {
  codec::TableState& state = StateOf(record.table, work);
  Slot& event = work->slots[candidate.event];
  if (!event.exists) ++state.event_ids;
  event.exists = true;
  event.dirty = true;
  event.event = {commit, EventOf(record, candidate)};
  state.last_commit = commit;
}

Outcome DecideRecord(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
                     WorkingSet* work) {
  if (candidate.event == kNoSlot) return DecideByRow(record, candidate, commit, work);
  const Slot& event = work->slots[candidate.event];
  const auto applied = event.exists ? std::optional(event.event) : std::nullopt;
  if (const auto decision = rules::DecideEvent(applied, EventOf(record, candidate))) {
    if (decision->verdict == Verdict::kDuplicate &&
        MayWinTie(record, candidate, work->slots[candidate.row])) {
      const Outcome by_row = DecideByRow(record, candidate, commit, work);
      if (IsApplied(by_row.verdict)) return by_row;
    }
    return {decision->verdict, decision->reason, applied->commit};
  }
  const Outcome outcome = DecideByRow(record, candidate, commit, work);
  // When it comes again, another one may have won over the row, and it would win over that.
  const TableOptions& options = record.table->definition.options;
  if (outcome.verdict == Verdict::kDuplicate && options.mode == TableMode::kUpsert &&
      options.tie == TieRule::kLastWins) {
    NoteEvent(record, candidate, commit, work);
  }
  return outcome;
}

// Whether the row's payload alone says what its fingerprint is.
bool IsDerived(const Candidate& candidate, const TableEntry& table) {
  return candidate.is_delete || !table.fingerprinter.needs_json();
}

void ReplaceRow(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
                Slot* slot, codec::TableState* state) {
  const bool was_live = slot->exists && !slot->row.tombstone;
  if (was_live) {
    state->digest.Remove(codec::RowDigest(record.key(), slot->row.version, slot->row.fingerprint));
    --state->rows;
  } else if (slot->exists) {
    --state->tombstones;
  }
  slot->exists = true;
  slot->dirty = true;
  slot->payload_unread = false;
  slot->row = {candidate.is_delete,
               commit,
               candidate.rank,
               candidate.version,
               candidate.fingerprint,
               record.value,
               IsDerived(candidate, *record.table)};
  if (candidate.is_delete) {
    slot->row.payload = {};
    ++state->tombstones;
  } else {
    state->digest.Add(codec::RowDigest(record.key(), candidate.version, candidate.fingerprint));
    ++state->rows;
  }
}

}  // namespace

bool Settle(const BatchRecord& record, const Candidate& candidate, const codec::RowEnvelope& row,
            Outcome* outcome) {
  const Decision decision = DecideAgainst(row, /*exists=*/true, record, candidate);
  const TableOptions& options = record.table->definition.options;
  if (IsApplied(decision.verdict) || RaisesRank(decision, options, candidate, row)) return false;
  outcome->verdict = decision.verdict;
  outcome->reason = decision.reason;
  outcome->commit = row.commit;
  return true;
}

void Apply(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
           WorkingSet* work) {
  codec::TableState& state = StateOf(record.table, work);
  NoteReplaced(record.row_key(), work->slots[candidate.row], work);
  ReplaceRow(record, candidate, commit, &work->slots[candidate.row], &state);
  if (candidate.event != kNoSlot) NoteEvent(record, candidate, commit, work);
  rules::RaiseHighVersion(candidate.version, &state);
  state.last_commit = commit;
}

void Decide(const RecordBuffer& batch, std::uint64_t commit, WorkingSet* work) {
  const auto& records = batch.records();
  IDEM_ASSERT(work->outcomes.size() == records.size(), "invariant 8");
  for (const Candidate& candidate : work->candidates) {
    Outcome& outcome = work->outcomes[candidate.record];
    if (candidate.row != kNoSlot) {
      outcome = DecideRecord(records[candidate.record], candidate, commit, work);
    }
    IDEM_ASSERT(outcome.verdict != Verdict::kReplayed, "invariant 8");
  }
}

}  // namespace idem::pipeline
