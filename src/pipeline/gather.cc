// SPDX-License-Identifier: Apache-2.0
#include "pipeline/gather.h"

#include "codec/keyspace.h"
#include "pipeline/decide.h"
#include "rules/validate.h"

#include <algorithm>

namespace idem::pipeline {
namespace {

Reason Validate(const BatchRecord& record, const SourcePassResult& sources, const Limits& limits,
                WorkingSet* work, Candidate* candidate) {
  if (record.invalid != Reason::kNone) return record.invalid;
  if (record.key().size() > limits.key_bytes) return Reason::kKeyTooLarge;
  if (record.value_bytes > limits.value_bytes) return Reason::kValueTooLarge;
  if (record.delivery != kNoStep && sources.out_of_range[record.delivery] != 0) {
    return Reason::kOffsetOutOfRange;
  }
  const TableOptions& options = record.table->definition.options;
  Reason reason = rules::CheckOperation(options, record.operation);
  if (reason != Reason::kNone) return reason;
  work->scratch.clear();
  reason = rules::CheckRecordVersion(options, record.version, &work->scratch);
  if (reason != Reason::kNone) return reason;
  candidate->version = record.version;
  if (options.version_kind() == VersionKind::kHex) {
    candidate->version = Version(work->versions.Copy(work->scratch));
  }
  if (record.operation == Operation::kDelete) return Reason::kNone;
  const codec::PayloadFingerprinter& fingerprinter = record.table->fingerprinter;
  // A replayed record is compared with nothing.
  if (candidate->replayed && !fingerprinter.needs_json()) return Reason::kNone;
  const bool fits = fingerprinter.Of(record.value, &work->scratch, &candidate->fingerprint);
  return fits ? Reason::kNone : Reason::kPayloadNotJson;
}

Result<void> Decode(std::string_view key, std::string_view value, Slot* slot) {
  slot->exists = true;
  const bool is_row = key[0] == static_cast<char>(codec::Space::kRow);
  const bool decoded =
      is_row ? codec::DecodeRow(value, &slot->row) : codec::DecodeEvent(value, &slot->event);
  if (decoded) return {};
  return Damaged(is_row ? "a row" : "an event id");
}

using Presence = Identities::Presence;

// A slot for a key that has none yet, with what memory knows of it.
std::uint32_t AddSlot(std::string_view key, std::uint64_t hash, Presence presence, const Slot& slot,
                      WorkingSet* work) {
  const std::uint32_t number = work->index.Add(key, hash);
  if (number < work->slots.size()) return number;
  work->slots.push_back(slot);
  if (presence == Presence::kUnknown) {
    work->asked.push_back(number);
    work->asked_keys.push_back(key);
  }
  return number;
}

// Errors: kCorruption.
Result<void> FindEvent(std::string_view key, Candidate* candidate, WorkingSet* work) {
  const std::uint64_t hash = work->index.hash()(key);
  const Identities::Found found = work->identities->Find(key, hash);
  Slot slot;
  if (found.presence == Presence::kPresent) {
    if (auto decoded = Decode(key, found.head, &slot); !decoded) return decoded;
  }
  candidate->event = AddSlot(key, hash, found.presence, slot, work);
  return {};
}

// Errors: kCorruption.
Result<void> FindRow(const BatchRecord& record, Afterwards afterwards, Candidate* candidate,
                     WorkingSet* work) {
  const std::string_view key = record.row_key;
  const Identities::Found found = work->identities->Find(key, candidate->hash);
  Slot slot;
  if (found.presence == Presence::kPresent) {
    if (auto decoded = Decode(key, found.head, &slot); !decoded) return decoded;
    slot.payload_unread = !slot.row.tombstone;
    // A record before it in the batch may change the row, and an event id is asked first.
    const bool alone = record.event_key.empty() && !work->index.Contains(key, candidate->hash);
    if (alone && afterwards == Afterwards::kDecide) {
      if (const auto outcome = Settle(record, *candidate, slot.row)) {
        candidate->settled = true;
        candidate->outcome = *outcome;
        return {};
      }
    }
  }
  candidate->row = AddSlot(key, candidate->hash, found.presence, slot, work);
  return {};
}

bool IsLookedFor(const Candidate& candidate) {
  return candidate.invalid == Reason::kNone && !candidate.replayed;
}

// The slots of identities are on their way into the cache since the keys were hashed; what they
// refer to follows while the records before are worked on.
Result<void> FindRows(const RecordBuffer& batch, Afterwards afterwards, WorkingSet* work) {
  constexpr std::size_t kAhead = 8;
  auto& candidates = work->candidates;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i + kAhead < candidates.size() && IsLookedFor(candidates[i + kAhead])) {
      work->identities->PrefetchEntry(candidates[i + kAhead].hash);
    }
    Candidate* candidate = &candidates[i];
    if (!IsLookedFor(*candidate)) continue;
    const BatchRecord& record = batch.records()[i];
    if (auto found = FindRow(record, afterwards, candidate, work); !found) return found;
    if (record.event_key.empty()) continue;
    if (auto found = FindEvent(record.event_key, candidate, work); !found) return found;
  }
  return {};
}

Result<void> ReadSlots(const storage::Store& store, WorkingSet* work) {
  if (work->asked.empty()) return {};
  if (!work->read) work->read = store.NewReadResult();
  if (auto read = store.Read(work->asked_keys, work->read.get()); !read) return read;
  for (std::size_t i = 0; i < work->asked.size(); ++i) {
    const auto& value = work->read->values[i];
    if (!value) continue;
    Slot* slot = &work->slots[work->asked[i]];
    if (auto decoded = Decode(work->asked_keys[i], *value, slot); !decoded) return decoded;
  }
  return {};
}

}  // namespace

Result<void> Gather(const RecordBuffer& batch, const SourcePassResult& sources,
                    const Limits& limits, const storage::Store& store, Afterwards afterwards,
                    WorkingSet* work) {
  const auto& records = batch.records();
  work->candidates.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const BatchRecord& record = records[i];
    Candidate& candidate = work->candidates[i];
    if (record.delivery != kNoStep) {
      candidate.rank = sources.rank[record.delivery];
      candidate.replayed = sources.replayed[record.delivery] != 0;
    }
    candidate.invalid = Validate(record, sources, limits, work, &candidate);
    if (!IsLookedFor(candidate)) continue;
    candidate.hash = work->index.hash()(record.row_key);
    work->identities->PrefetchSlot(candidate.hash);
  }
  if (auto found = FindRows(batch, afterwards, work); !found) return found;
  return ReadSlots(store, work);
}

Result<void> GatherPayloads(const storage::Store& store, WorkingSet* work) {
  std::erase_if(work->kept_payloads,
                [work](std::uint32_t slot) { return !work->slots[slot].payload_unread; });
  if (work->kept_payloads.empty()) return {};
  std::vector<std::string_view> keys;
  for (const std::uint32_t slot : work->kept_payloads) keys.push_back(work->index.keys()[slot]);
  if (!work->payloads) work->payloads = store.NewReadResult();
  if (auto read = store.Read(keys, work->payloads.get()); !read) return read;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    codec::RowEnvelope row;
    const auto& value = work->payloads->values[i];
    if (!value || !codec::DecodeRow(*value, &row)) return Damaged("a row");
    Slot& slot = work->slots[work->kept_payloads[i]];
    slot.row.payload = row.payload;
    slot.payload_unread = false;
  }
  return {};
}

}  // namespace idem::pipeline
