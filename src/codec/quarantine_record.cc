// SPDX-License-Identifier: Apache-2.0
//
//   record   := 01, sized table, state byte, verdict byte, reason byte, operation byte, sized key,
//               version, sized event id, sized value, varint64 full value size, sized why, origin,
//               varint64 commit, varint64 winning commit, ordered int64 wall micros
//   version  := tag byte, bytes (version_bytes.h)
//   origin   := sized source; unless that is empty: partition (keyspace.h), ordered int64 offset

#include "codec/quarantine_record.h"

#include "base/coding.h"
#include "codec/keyspace.h"
#include "codec/stored_enums.h"
#include "codec/version_bytes.h"
#include "codec/version_order.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;

// A refused offset may be out of range, so it is kept as any int64.
void AppendOrigin(const QuarantineEntry& entry, std::string* out) {
  base::AppendSized(entry.source, out);
  if (entry.source.empty()) return;
  AppendPartition(entry.partition, out);
  base::AppendOrderedInt64(entry.offset, out);
}

bool ReadOrigin(base::Reader* reader, QuarantineEntry* entry) {
  if (!reader->ReadSized(&entry->source)) return false;
  entry->partition = Partition();
  entry->offset = 0;
  if (entry->source.empty()) return true;
  std::string_view rest = reader->rest();
  if (!ReadPartition(&rest, &entry->partition)) return false;
  reader->set_rest(rest);
  return reader->ReadOrderedInt64(&entry->offset);
}

bool ReadId(std::string_view key, QuarantineId* id) noexcept {
  base::Reader reader(key);
  return reader.Expect(static_cast<std::uint8_t>(Space::kQuarantine)) &&
         reader.ReadFixed64(&id->high) && reader.ReadFixed64(&id->low) && reader.AtEnd();
}

}  // namespace

void AppendQuarantineEntry(const QuarantineEntry& entry, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  base::AppendSized(entry.table, out);
  base::AppendByte(static_cast<std::uint8_t>(entry.state), out);
  base::AppendByte(static_cast<std::uint8_t>(entry.verdict), out);
  base::AppendByte(static_cast<std::uint8_t>(entry.reason), out);
  base::AppendByte(static_cast<std::uint8_t>(entry.operation), out);
  base::AppendSized(entry.key, out);
  AppendVersion(ToView(entry.version), out);
  base::AppendSized(entry.event_id, out);
  base::AppendSized(entry.value, out);
  base::AppendVarint64(entry.value_bytes, out);
  base::AppendSized(entry.why, out);
  AppendOrigin(entry, out);
  base::AppendVarint64(entry.commit, out);
  base::AppendVarint64(entry.winning_commit, out);
  base::AppendOrderedInt64(entry.wall_micros, out);
}

bool DecodeQuarantineEntry(std::string_view key, std::string_view value, QuarantineEntry* entry) {
  base::Reader reader(value);
  return ReadId(key, &entry->id) && reader.Expect(kRecordVersion) &&
         reader.ReadSized(&entry->table) &&
         ReadEnum(&reader, QuarantineState::kDiscarded, &entry->state) &&
         ReadVerdict(&reader, &entry->verdict) && ReadReason(&reader, &entry->reason) &&
         ReadEnum(&reader, Operation::kReject, &entry->operation) &&
         reader.ReadSized(&entry->key) && ReadVersion(&reader, &entry->version) &&
         reader.ReadSized(&entry->event_id) && reader.ReadSized(&entry->value) &&
         reader.ReadVarint64(&entry->value_bytes) && reader.ReadSized(&entry->why) &&
         ReadOrigin(&reader, entry) && reader.ReadVarint64(&entry->commit) &&
         reader.ReadVarint64(&entry->winning_commit) &&
         reader.ReadOrderedInt64(&entry->wall_micros) && reader.AtEnd();
}

}  // namespace idem::codec
