// SPDX-License-Identifier: Apache-2.0
#include "pipeline/gather.h"

#include "codec/keyspace.h"
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

// What memory knows of the keys. The slots and entries that it will look at are on their way into
// the cache while it works on those before them.
Result<void> FindSlots(WorkingSet* work) {
  constexpr std::size_t kAhead = 8;
  const Identities& identities = *work->identities;
  const auto keys = work->index.keys();
  const auto hashes = work->index.hashes();
  for (std::size_t i = 0; i < std::min(2 * kAhead, keys.size()); ++i) {
    identities.PrefetchSlot(hashes[i]);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i + 2 * kAhead < keys.size()) identities.PrefetchSlot(hashes[i + 2 * kAhead]);
    if (i + kAhead < keys.size()) identities.PrefetchEntry(hashes[i + kAhead]);
    const Identities::Found found = identities.Find(keys[i], hashes[i]);
    if (found.presence == Identities::Presence::kPresent) {
      Slot& slot = work->slots[i];
      if (auto decoded = Decode(keys[i], found.head, &slot); !decoded) return decoded;
      slot.payload_unread = !slot.row.tombstone;
    } else if (found.presence == Identities::Presence::kUnknown) {
      work->asked.push_back(static_cast<std::uint32_t>(i));
      work->asked_keys.push_back(keys[i]);
    }
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
                    const Limits& limits, const storage::Store& store, WorkingSet* work) {
  for (const BatchRecord& record : batch.records()) {
    Candidate candidate;
    if (record.delivery != kNoStep) {
      candidate.rank = sources.rank[record.delivery];
      candidate.replayed = sources.replayed[record.delivery] != 0;
    }
    candidate.invalid = Validate(record, sources, limits, work, &candidate);
    if (candidate.invalid == Reason::kNone && !candidate.replayed) {
      candidate.row = work->index.Add(record.row_key);
      if (!record.event_key.empty()) candidate.event = work->index.Add(record.event_key);
    }
    work->candidates.push_back(candidate);
  }
  work->slots.assign(work->index.keys().size(), Slot{});
  if (auto found = FindSlots(work); !found) return found;
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
