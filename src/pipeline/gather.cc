// SPDX-License-Identifier: Apache-2.0
#include "pipeline/gather.h"

#include "codec/keyspace.h"
#include "pipeline/decide.h"
#include "rules/validate.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace idem::pipeline {
namespace {

// All but the payload. What is left in `work->scratch` is the normal form of a kHex version.
Reason Check(const BatchRecord& record, const DeliveryResult& delivery, const Limits& limits,
             WorkingSet* work) {
  if (record.invalid != Reason::kNone) return record.invalid;
  if (record.key_bytes() > limits.key_bytes) return Reason::kKeyTooLarge;
  if (record.value_bytes > limits.value_bytes) return Reason::kValueTooLarge;
  if (delivery.out_of_range) return Reason::kOffsetOutOfRange;
  const TableOptions& options = record.table->definition.options;
  const Reason reason = rules::CheckOperation(options, record.operation);
  if (reason != Reason::kNone) return reason;
  return rules::CheckRecordVersion(options, record.version(), &work->scratch);
}

Reason FingerprintOf(const BatchRecord& record, WorkingSet* work, codec::Fingerprint* fingerprint) {
  if (record.operation == Operation::kDelete) return Reason::kNone;
  const bool fits = record.table->fingerprinter.Of(record.value, &work->scratch, fingerprint);
  return fits ? Reason::kNone : Reason::kPayloadNotJson;
}

// A replayed record is compared with nothing, but has to be a record.
Reason CheckReplayed(const BatchRecord& record, WorkingSet* work) {
  if (!record.table->fingerprinter.needs_json()) return Reason::kNone;
  codec::Fingerprint unused;
  return FingerprintOf(record, work, &unused);
}

// Adds a candidate, filled where it stays.
Reason Nominate(const BatchRecord& record, std::size_t number, std::uint32_t rank,
                WorkingSet* work) {
  Candidate& candidate = work->candidates.emplace_back();
  candidate.record = static_cast<std::uint32_t>(number);
  candidate.rank = rank;
  candidate.is_delete = record.operation == Operation::kDelete;
  candidate.version = record.version();
  if (record.table->definition.options.version_kind() == VersionKind::kHex) {
    candidate.version = Version(work->versions.Copy(work->scratch));
  }
  const Reason reason = FingerprintOf(record, work, &candidate.fingerprint);
  if (reason != Reason::kNone) {
    work->candidates.pop_back();
    return reason;
  }
  candidate.hash = work->index.hash()(record.row_key());
  work->identities->PrefetchSlot(candidate.hash);
  return Reason::kNone;
}

// Gives the record its outcome, or makes it a candidate for one.
void Validate(const BatchRecord& record, std::size_t number, const DeliveryResult& delivery,
              const Limits& limits, WorkingSet* work) {
  Reason invalid = Check(record, delivery, limits, work);
  if (invalid == Reason::kNone) {
    invalid = delivery.replayed ? CheckReplayed(record, work)
                                : Nominate(record, number, delivery.rank, work);
  }
  if (invalid != Reason::kNone) work->outcomes[number] = {Verdict::kInvalid, invalid, 0};
}

Result<void> Decode(std::string_view key, std::string_view value, Slot* slot) {
  slot->exists = true;
  const bool is_row = codec::IsRowKey(key);
  const bool decoded =
      is_row ? codec::DecodeRow(value, &slot->row) : codec::DecodeEvent(value, &slot->event);
  if (decoded) return {};
  return Damaged(is_row ? "a row" : "an event id");
}

using Presence = Identities::Presence;

// The slot of a key that has none yet, with nothing in it but what memory says of it: to be read.
Slot* AddSlot(std::string_view key, std::uint32_t number, Presence presence, WorkingSet* work) {
  Slot* slot = &work->slots.emplace_back();
  if (presence == Presence::kUnknown) {
    work->asked.push_back(number);
    work->asked_keys.push_back(key);
  }
  return slot;
}

// Whether the commit beside this one may change the entry.
bool IsTakenBeside(std::string_view key, std::uint64_t hash, const WorkingSet& work) {
  return work.beside != nullptr && work.beside->index.Contains(key, hash);
}

// Errors: kCorruption.
Result<void> FindEvent(std::string_view key, Candidate* candidate, WorkingSet* work) {
  const std::uint64_t hash = work->index.hash()(key);
  work->blocked |= IsTakenBeside(key, hash, *work);
  candidate->event = work->index.Add(key, hash);
  if (candidate->event < work->slots.size()) return {};
  const Identities::Found found = work->identities->Find(key, hash);
  Slot* slot = AddSlot(key, candidate->event, found.presence, work);
  if (found.presence != Presence::kPresent) return {};
  return Decode(key, found.head, slot);
}

using RowFingerprint = std::optional<codec::Fingerprint>;

codec::RowEnvelope RowOf(const Candidate& candidate) {
  return {false, 0, candidate.rank, candidate.version, candidate.fingerprint, {}};
}

// What FindRow begins with, brought into the cache before.
struct Fetched {
  Identities::Guess row;
  RowFingerprint fingerprint;  // by which the row that the record would write may be known
};

void Prefetch(const BatchRecord& record, const Candidate& candidate, const Identities& identities,
              Fetched* fetched) {
  fetched->row = identities.PrefetchEntry(candidate.hash);
  if (fetched->row.place != 0 || identities.IsComplete()) return;
  const RowFingerprints& known = identities.fingerprints();
  if (!known.enabled() || record.operation == Operation::kDelete) return;
  fetched->fingerprint = known.Of(record.row_key(), RowOf(candidate));
  known.Prefetch(*fetched->fingerprint);
}

// What the record would write is there already, although its entry had to make room.
bool SettleByFingerprint(const BatchRecord& record, const Candidate& candidate,
                         const RowFingerprint& fingerprint, WorkingSet* work) {
  if (!fingerprint) return false;
  const auto commit = work->identities->fingerprints().Find(*fingerprint);
  if (!commit) return false;
  codec::RowEnvelope row = RowOf(candidate);
  row.commit = *commit;
  return Settle(record, candidate, row, &work->outcomes[candidate.record]);
}

// False: what memory says of the row is damaged.
bool FindRow(const BatchRecord& record, Afterwards afterwards, const Fetched& fetched,
             Candidate* candidate, WorkingSet* work) {
  const std::string_view key = record.row_key();
  if (IsTakenBeside(key, candidate->hash, *work)) {
    work->blocked = true;
    return true;
  }
  const Identities::Found found = work->identities->Find(key, candidate->hash, fetched.row);
  const bool present = found.presence == Presence::kPresent;
  // A record before it in the batch may change the row, and an event id is asked first.
  const bool decidable = found.presence != Presence::kAbsent && afterwards == Afterwards::kDecide &&
                         record.event_key().empty() && !work->index.Contains(key, candidate->hash);
  Outcome* const outcome = &work->outcomes[candidate->record];
  if (decidable && present && SettleRepeat(*candidate, found.head, outcome)) return true;
  codec::RowEnvelope row;
  if (present && !codec::DecodeRowHead(found.head, &row)) return false;
  if (decidable) {
    const bool settled = present
                             ? Settle(record, *candidate, row, outcome)
                             : SettleByFingerprint(record, *candidate, fetched.fingerprint, work);
    if (settled) return true;
  }
  candidate->row = work->index.Add(key, candidate->hash);
  if (candidate->row < work->slots.size()) return true;
  Slot* slot = AddSlot(key, candidate->row, found.presence, work);
  if (!present) return true;
  slot->exists = true;
  slot->payload_unread = !row.tombstone;
  slot->row = row;
  return true;
}

// Of the candidates from `begin` on. The slots of identities are on their way into the cache since
// the keys were hashed; what they refer to follows while the candidates before are worked on.
Result<void> FindRows(const RecordBuffer& batch, std::size_t begin, Afterwards afterwards,
                      WorkingSet* work) {
  constexpr std::size_t kAhead = 16;
  auto& candidates = work->candidates;
  const std::size_t end = candidates.size();
  std::array<Fetched, kAhead> fetched;
  const auto prefetch = [&](std::size_t i) {
    fetched[i % kAhead].fingerprint.reset();
    Prefetch(batch.records()[candidates[i].record], candidates[i], *work->identities,
             &fetched[i % kAhead]);
  };
  for (std::size_t i = begin; i < std::min(begin + kAhead, end); ++i) prefetch(i);
  for (std::size_t i = begin; i < end; ++i) {
    Candidate* candidate = &candidates[i];
    const BatchRecord& record = batch.records()[candidate->record];
    if (!FindRow(record, afterwards, fetched[i % kAhead], candidate, work)) return Damaged("a row");
    if (work->blocked) return {};
    if (i + kAhead < end) prefetch(i + kAhead);
    if (record.event_key().empty()) continue;
    if (auto found = FindEvent(record.event_key(), candidate, work); !found) return found;
  }
  return {};
}

// What of a row that was read outlives the answer.
void KeepHead(Slot* slot, base::Arena* versions) {
  codec::RowEnvelope* row = &slot->row;
  row->payload = {};
  slot->payload_unread = !row->tombstone;
  const std::string_view text = row->version.text();
  if (!text.empty()) row->version = Version(versions->Copy(text));
}

// Reads the next of what memory could not tell, and adds up what the answers took.
Result<void> ReadSome(const storage::Store& store, std::size_t begin, std::size_t end,
                      WorkingSet* work, std::size_t* bytes) {
  const auto keys = std::span(work->asked_keys).subspan(begin, end - begin);
  if (auto read = store.Read(keys, work->read.get()); !read) return read;
  for (std::size_t i = begin; i < end; ++i) {
    const auto& value = work->read->values[i - begin];
    if (!value) continue;
    Slot* slot = &work->slots[work->asked[i]];
    if (auto ok = Decode(work->asked_keys[i], *value, slot); !ok) return ok;
    if (codec::IsRowKey(work->asked_keys[i])) KeepHead(slot, &work->versions);
    *bytes += value->size();
  }
  return {};
}

// Some at a time, as many as are likely to take kBytes: a small batch may meet large rows.
Result<void> ReadSlots(const storage::Store& store, WorkingSet* work) {
  constexpr std::size_t kFirst = 16;
  constexpr std::size_t kBytes = std::size_t{4} << 20;
  if (work->asked.empty()) return {};
  if (!work->read) work->read = store.NewReadResult();
  std::size_t bytes = 0;
  std::size_t most = kFirst;
  for (std::size_t begin = 0; begin < work->asked.size();) {
    const std::size_t end = std::min(begin + most, work->asked.size());
    if (auto read = ReadSome(store, begin, end, work, &bytes); !read) return read;
    begin = end;
    most = std::max<std::size_t>(kBytes / (bytes / end + 1), 1);
  }
  if (bytes > kBytes) work->read.reset();  // what it holds would be held until the next commit
  return {};
}

}  // namespace

Result<void> Gather(const RecordBuffer& batch, const SourcePassResult& sources,
                    const Limits& limits, const storage::Store& store, Afterwards afterwards,
                    WorkingSet* work) {
  const auto& records = batch.records();
  const DeliveryResult nowhere;
  auto delivery = sources.deliveries.begin();
  // A verdict that neither Settle nor Decide gives, for the records that are not candidates.
  work->outcomes.assign(records.size(), {Verdict::kReplayed, Reason::kNone, 0});
  // A part at a time, so that what the first loop has touched is at hand for the second.
  constexpr std::size_t kPart = 64;
  for (std::size_t begin = 0; begin < records.size(); begin += kPart) {
    const std::size_t candidates = work->candidates.size();
    for (std::size_t i = begin; i < std::min(begin + kPart, records.size()); ++i) {
      const bool is_read = records[i].delivery != kNoDelivery;
      while (is_read && delivery->end <= records[i].delivery) ++delivery;
      Validate(records[i], i, is_read ? *delivery : nowhere, limits, work);
    }
    auto found = FindRows(batch, candidates, afterwards, work);
    if (!found || work->blocked) return found;
  }
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
    if (!value || !codec::DecodeRowUnhashed(*value, &row)) return Damaged("a row");
    Slot& slot = work->slots[work->kept_payloads[i]];
    slot.row.payload = row.payload;
    slot.payload_unread = false;
  }
  return {};
}

}  // namespace idem::pipeline
