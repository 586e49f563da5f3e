// SPDX-License-Identifier: Apache-2.0
#include "pipeline/quarantine_stage.h"

#include "base/coding.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/version_order.h"
#include "pipeline/ledger.h"

#include <algorithm>
#include <map>
#include <string>

namespace idem::pipeline {
namespace {

QuarantineEntry MakeEntry(const RecordBuffer& batch, const BatchRecord& record,
                          const Outcome& outcome, const QuarantineContext& context) {
  QuarantineEntry entry;
  entry.id = IdOf(record);
  entry.table = record.table->definition.name;
  entry.verdict = outcome.verdict;
  entry.reason = outcome.reason;
  entry.operation = record.operation;
  entry.key = std::string(record.key());
  entry.version = codec::ToStored(record.version());
  entry.event_id = std::string(record.event_id());
  // Whole only where it is within the sink's limit, whatever the batch's was.
  const bool cut = record.value_bytes > context.value_bytes_max;
  entry.value = std::string(cut ? record.value.substr(0, kQuarantineValueBytes) : record.value);
  entry.value_bytes = record.value_bytes;
  entry.why = std::string(record.why());
  entry.commit = context.commit;
  entry.winning_commit = outcome.commit;
  entry.wall_micros = context.wall_micros;
  if (record.delivery != kNoDelivery) {
    const RecordBuffer::ReadAt at = batch.PositionOf(record);
    entry.source = at.where->source;
    entry.partition = at.where->partition;
    entry.offset = at.offset;
  }
  return entry;
}

struct Known {
  std::string key;         // store key
  std::size_t record = 0;  // the first one refused
  bool stored = false;
  bool resolved = false;
  std::uint64_t commit = 0;
};

using KnownById = std::map<QuarantineId, Known>;

Result<void> ReadStored(const storage::Store& store, KnownById* known) {
  std::vector<std::string_view> keys;
  for (const auto& [id, entry] : *known) keys.push_back(entry.key);
  const auto read = store.NewReadResult();
  if (auto done = store.Read(keys, read.get()); !done) return done;
  std::size_t i = 0;
  for (auto& [id, entry] : *known) {
    const auto& value = read->values[i++];
    if (!value) continue;
    QuarantineEntry stored;
    if (!codec::DecodeQuarantineEntry(entry.key, *value, &stored)) {
      return Damaged("a quarantine entry");
    }
    entry.stored = true;
    entry.resolved = stored.state != QuarantineState::kOpen;
    entry.commit = stored.commit;
  }
  return {};
}

}  // namespace

QuarantineId IdOf(const BatchRecord& record) {
  // Each part hashed by itself, so that no part runs into the next.
  std::string parts;
  const auto add = [&parts](std::string_view bytes) {
    codec::AppendFingerprint(codec::FingerprintOf(bytes), &parts);
  };
  base::AppendFixed32(record.table->definition.id, &parts);
  base::AppendByte(static_cast<std::uint8_t>(record.operation), &parts);
  add(record.key());
  add(record.event_key());
  add(record.value);
  base::AppendFixed64(record.value_bytes, &parts);
  const codec::Fingerprint cut = record.cut();
  if (cut != codec::Fingerprint()) codec::AppendFingerprint(cut, &parts);
  const Version version = record.version();
  const int kind = (version.has_value() ? 1 : 0) + (version.is_integer() ? 1 : 0);
  base::AppendByte(static_cast<std::uint8_t>(kind), &parts);
  base::AppendOrderedInt64(version.integer(), &parts);
  add(version.text());
  // Nothing else tells rejected records without a text apart. Where there is a text, it is the
  // record: the reason may be worded otherwise the next time.
  const bool without_text = record.operation == Operation::kReject && record.value.empty();
  if (without_text) add(record.why());
  const codec::Fingerprint id = codec::FingerprintOf(parts);
  return {id.high, id.low};
}

bool HasRefused(const std::vector<Outcome>& outcomes) noexcept {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [](const Outcome& outcome) { return IsRefused(outcome.verdict); });
}

Result<void> StageQuarantine(const RecordBuffer& batch, const QuarantineContext& context,
                             std::vector<Outcome>* outcomes, WritePlanBuilder* plan) {
  KnownById known;
  std::vector<std::pair<std::size_t, QuarantineId>> refused;
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    if (!IsRefused((*outcomes)[i].verdict)) continue;
    const QuarantineId id = IdOf(batch.records()[i]);
    refused.emplace_back(i, id);
    known.try_emplace(id, Known{codec::QuarantineKey(id), i});
  }
  if (auto read = ReadStored(context.store, &known); !read) return read;
  for (const auto& [index, id] : refused) {
    const Known& entry = known.at(id);
    Outcome& outcome = (*outcomes)[index];
    if (entry.resolved) outcome = {Verdict::kDuplicate, Reason::kResolved, entry.commit};
  }
  std::string bytes;
  for (const auto& [id, entry] : known) {
    if (entry.stored) continue;
    bytes.clear();
    codec::AppendQuarantineEntry(
        MakeEntry(batch, batch.records()[entry.record], (*outcomes)[entry.record], context),
        &bytes);
    plan->Put(entry.key, bytes);
  }
  return {};
}

}  // namespace idem::pipeline
