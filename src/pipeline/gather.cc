// SPDX-License-Identifier: Apache-2.0
#include "pipeline/gather.h"

#include "codec/keyspace.h"
#include "rules/validate.h"

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

Result<void> ReadSlots(const storage::Store& store, WorkingSet* work) {
  const auto keys = work->index.keys();
  work->slots.assign(keys.size(), Slot{});
  if (keys.empty()) return {};
  if (!work->read) work->read = store.NewReadResult();
  if (auto read = store.Read(keys, work->read.get()); !read) return read;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& value = work->read->values[i];
    if (!value) continue;
    if (auto decoded = Decode(keys[i], *value, &work->slots[i]); !decoded) return decoded;
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
  return ReadSlots(store, work);
}

}  // namespace idem::pipeline
