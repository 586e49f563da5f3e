// SPDX-License-Identifier: Apache-2.0
//
// The oracle's verdicts: what becomes of one record, after all those before it.

#include "model/oracle.h"

#include <algorithm>
#include <cassert>

namespace idem::model {

using script::Action;
using script::RefusedRecord;

namespace {

Reason CheckVersion(const TableOptions& table, StoredVersion* version) {
  const VersionKind kind = table.version_kind();
  if (std::holds_alternative<std::monostate>(*version)) {
    return kind == VersionKind::kNone ? Reason::kNone : Reason::kVersionMissing;
  }
  if (kind == VersionKind::kNone) return Reason::kVersionUnexpected;
  if (const auto* integer = std::get_if<std::int64_t>(version)) {
    if (kind != VersionKind::kInteger) return Reason::kVersionKindMismatch;
    const bool too_far = table.version_max && *integer > *table.version_max;
    return too_far ? Reason::kVersionTooFar : Reason::kNone;
  }
  if (kind == VersionKind::kInteger) return Reason::kVersionKindMismatch;
  const std::string& text = std::get<std::string>(*version);
  if (text.size() > kVersionBytesMax) return Reason::kVersionMalformed;
  if (kind == VersionKind::kBytes) return Reason::kNone;
  const std::optional<std::string> normal = NormalHex(text);
  if (!normal) return Reason::kVersionMalformed;
  *version = *normal;
  return Reason::kNone;
}

}  // namespace

void Oracle::Reach(std::string_view what) const {
  if (probes_ == nullptr) return;
  const auto found = probes_->find(what);
  if (found == probes_->end()) {
    probes_->emplace(what, 1);
  } else {
    ++found->second;
  }
}

// Why a record is INVALID in its table, or kNone and the record as it is compared and stored. Of
// several reasons the one that is cheapest to find is given.
Reason Oracle::Validate(const TableOptions& table, const Action& action, bool bad_offset,
                        Record* record) const {
  record->key = action.key;
  record->version = action.version;
  record->event_id = action.event_id;
  record->value = action.value;
  record->is_delete = action.kind == Action::Kind::kDelete;
  if (action.kind == Action::Kind::kReject) return Reason::kRejectedByHost;
  if (record->key.empty()) return Reason::kKeyMissing;
  if (EncodedSize(record->key) > options_.limits.key_bytes) return Reason::kKeyTooLarge;
  if (record->value.size() > options_.limits.value_bytes) return Reason::kValueTooLarge;
  if (record->event_id && EncodedSize(*record->event_id) > kEventIdBytesMax) {
    return Reason::kEventIdTooLarge;
  }
  if (bad_offset) return Reason::kOffsetOutOfRange;
  if (EncodedSize(record->key) == options_.limits.key_bytes) Reach("key at its limit");
  if (record->value.size() == options_.limits.value_bytes) Reach("value at its limit");
  const bool insert = action.kind == Action::Kind::kInsert;
  if (insert != (table.mode == TableMode::kAppend)) return Reason::kOperationNotAllowed;
  const Reason version = CheckVersion(table, &record->version);
  if (version != Reason::kNone) return version;
  if (table.version_max && record->version == StoredVersion(*table.version_max)) {
    Reach("version at its limit");
  }
  if (record->is_delete) return Reason::kNone;
  const std::optional<Content> content = ContentOf(table, record->value);
  if (!content) return Reason::kPayloadNotJson;
  record->content = *content;
  return Reason::kNone;
}

Outcome Oracle::Decide(Draft* draft, const Action& action) {
  TableModel& table = draft->world.tables.find(action.table)->second;
  Record record;
  record.rank = draft->rank;
  const Reason invalid = Validate(table.options, action, draft->bad_offset, &record);
  if (invalid != Reason::kNone) {
    Reach("invalid: " + std::string(ToString(invalid)));
    if (options_.on_invalid == InvalidPolicy::kRejectBatch) {
      draft->errors.push_back(ErrorCode::kInvalidRecord);
    }
    return Refuse(draft, action, {Verdict::kInvalid, invalid, 0});
  }
  if (draft->replayed) return {Verdict::kReplayed, Reason::kNone, 0};
  const Outcome outcome = ApplyEvent(draft, &table, record);
  return IsRefused(outcome.verdict) ? Refuse(draft, action, outcome) : outcome;
}

// Into quarantine, unless it is there already; what somebody has resolved is not refused again.
Outcome Oracle::Refuse(Draft* draft, const Action& action, Outcome outcome) {
  const RefusedRecord record = script::AsRefused(action);
  const RefusedRecord identity = script::IdentityOf(record);
  const auto found = draft->world.quarantine.find(identity);
  if (found == draft->world.quarantine.end()) {
    script::Place place = draft->place;
    place.incarnation.clear();  // an entry tells where, not in which life
    draft->world.quarantine[identity] = {.record = record,
                                         .verdict = outcome.verdict,
                                         .reason = outcome.reason,
                                         .place = place,
                                         .commit = draft->number,
                                         .winning_commit = outcome.commit};
    draft->changed = true;
    return outcome;
  }
  if (found->second.state == QuarantineState::kOpen) {
    Reach("refused again");
    return outcome;
  }
  Reach("duplicate of a resolved record");
  return {Verdict::kDuplicate, Reason::kResolved, found->second.commit};
}

// The event id decides first, where there is one.
Outcome Oracle::ApplyEvent(Draft* draft, TableModel* table, const Record& record) {
  if (!record.event_id) return ApplyRow(draft, table, record);
  const auto found = table->events.find(*record.event_id);
  if (found == table->events.end()) {
    const Outcome outcome = ApplyRow(draft, table, record);
    // Under last_wins the row may be another one when this event comes again.
    const bool repeats = outcome.verdict == Verdict::kDuplicate &&
                         table->options.mode == TableMode::kUpsert &&
                         table->options.tie == TieRule::kLastWins;
    if (repeats) Reach("event id of a duplicate, last_wins");
    if (IsApplied(outcome.verdict) || repeats) NoteEvent(draft, table, record);
    return outcome;
  }
  const Event& seen = found->second;
  const bool same = seen.is_delete == record.is_delete && seen.key == record.key &&
                    seen.version == record.version && seen.content == record.content;
  Reach(same ? "event id: duplicate" : "event id: conflict");
  const Outcome known = {same ? Verdict::kDuplicate : Verdict::kConflict, Reason::kSameEventId,
                         seen.commit};
  // The same from a stronger source may win a tie that it had lost.
  const auto cell = table->cells.find(record.key);
  if (same && table->options.tie == TieRule::kConverge && cell != table->cells.end() &&
      table->options.mode == TableMode::kUpsert && cell->second.version == record.version) {
    if (record.rank > cell->second.rank) Reach("event id: duplicate from a higher rank");
    const Outcome outcome = ApplyRow(draft, table, record);
    if (!IsApplied(outcome.verdict)) return known;
    NoteEvent(draft, table, record);
    return outcome;
  }
  return known;
}

void Oracle::NoteEvent(Draft* draft, TableModel* table, const Record& record) {
  table->events[*record.event_id] = {draft->number, record.is_delete, record.key, record.version,
                                     record.content};
  table->last_commit = draft->number;
  draft->changed = true;
}

bool Oracle::TooLate(const TableModel& table, const Record& record) const {
  if (!table.options.horizon) return false;
  const std::int64_t version = std::get<std::int64_t>(record.version);
  if (table.high) {
    const std::int64_t oldest = *table.high - *table.options.horizon;
    if (version == oldest) Reach("horizon: the oldest that counts");
    if (version == oldest - 1) Reach("horizon: one too old");
  }
  if (table.floor && version < *table.floor) return true;
  // The spaces of the tests are far from the ends of int64, so this cannot wrap.
  return table.high && version < *table.high - *table.options.horizon;
}

void Oracle::Write(Draft* draft, TableModel* table, const Record& record) {
  table->cells[record.key] = {.tombstone = record.is_delete,
                              .version = record.version,
                              .value = record.value,
                              .content = record.content,
                              .rank = record.rank,
                              .commit = draft->number};
  table->last_commit = draft->number;
  draft->changed = true;
  if (const auto* version = std::get_if<std::int64_t>(&record.version)) {
    table->high = std::max(table->high.value_or(*version), *version);
  }
}

Outcome Oracle::ApplyRow(Draft* draft, TableModel* table, const Record& record) {
  const auto found = table->cells.find(record.key);
  if (found == table->cells.end()) {
    if (TooLate(*table, record)) {
      Reach(table->floor ? "too late: after collecting" : "too late: horizon");
      if (table->collected.contains(record.key)) Reach("too late: its tombstone was collected");
      return {Verdict::kTooLate, Reason::kBeyondHorizon, 0};
    }
    Write(draft, table, record);
    if (record.is_delete) Reach("delete of a key never seen");
    return {record.is_delete ? Verdict::kDeleted : Verdict::kInserted, Reason::kNone,
            draft->number};
  }
  Cell& cell = found->second;
  if (table->options.mode == TableMode::kAppend) {
    const bool same = cell.content == record.content;
    return {same ? Verdict::kDuplicate : Verdict::kConflict, Reason::kSameKey, cell.commit};
  }
  return ApplyVersion(draft, table, record, &cell);
}

Outcome Oracle::ApplyVersion(Draft* draft, TableModel* table, const Record& record, Cell* cell) {
  const auto order = CompareVersions(table->options.version_kind(), record.version, cell->version);
  if (order < 0) {
    Reach(cell->tombstone ? "tombstone, then an older record" : "stale: older version");
    return {Verdict::kStale, Reason::kOlderVersion, cell->commit};
  }
  const bool same =
      cell->tombstone == record.is_delete && (record.is_delete || cell->content == record.content);
  if (order == 0) {
    if (!same) return ApplyTie(draft, table, record, cell);
    // The row keeps its commit and its bytes, but not the lower rank: whoever comes next must lose
    // to the strongest source that vouched for this content (invariant 2).
    if (table->options.tie == TieRule::kConverge && record.rank > cell->rank) {
      Reach("duplicate from a higher rank");
      cell->rank = record.rank;
      draft->changed = true;
    }
    return {Verdict::kDuplicate, Reason::kSameKey, cell->commit};
  }
  const bool was_tombstone = cell->tombstone;
  Write(draft, table, record);
  if (same) return {Verdict::kUnchanged, Reason::kNone, draft->number};
  if (record.is_delete) return {Verdict::kDeleted, Reason::kNone, draft->number};
  if (was_tombstone) Reach("tombstone, then a newer upsert");
  return {was_tombstone ? Verdict::kInserted : Verdict::kUpdated, Reason::kNone, draft->number};
}

// Equal version, other content.
Outcome Oracle::ApplyTie(Draft* draft, TableModel* table, const Record& record, Cell* cell) {
  bool wins = false;
  switch (table->options.tie) {
    case TieRule::kConflict:
      Reach("tie: conflict");
      return {Verdict::kConflict, Reason::kSameKey, cell->commit};
    case TieRule::kFirstWins:
      break;
    case TieRule::kLastWins:
      wins = true;
      break;
    case TieRule::kConverge:
      if (record.rank != cell->rank) {
        Reach("tie: decided by rank");
        wins = record.rank > cell->rank;
      } else if (record.is_delete != cell->tombstone) {
        Reach("tie: delete beats upsert");
        wins = record.is_delete;
      } else {
        wins = record.content > cell->content;
      }
  }
  Reach(std::string(ToString(table->options.tie)) + (wins ? " tie: won" : " tie: lost"));
  if (!wins) return {Verdict::kStale, Reason::kTie, cell->commit};
  const bool was_tombstone = cell->tombstone;
  Write(draft, table, record);
  if (record.is_delete) return {Verdict::kDeleted, Reason::kTie, draft->number};
  return {was_tombstone ? Verdict::kInserted : Verdict::kUpdated, Reason::kTie, draft->number};
}

}  // namespace idem::model
