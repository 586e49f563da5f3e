// SPDX-License-Identifier: Apache-2.0

#include "codec/recovery_record.h"

#include "base/coding.h"
#include "codec/keyspace.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;

}  // namespace

void AppendRecovery(const RecoveryEntry& entry, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  base::AppendVarint64(entry.commit, out);
  base::AppendByte(entry.durable_commit ? 1 : 0, out);
  if (entry.durable_commit) base::AppendVarint64(*entry.durable_commit, out);
  base::AppendOrderedInt64(entry.wall_micros, out);
}

bool DecodeRecovery(std::string_view key, std::string_view value, RecoveryEntry* entry) {
  base::Reader key_reader(key);
  base::Reader reader(value);
  std::uint8_t has_durable = 0;
  if (!key_reader.Expect(static_cast<std::uint8_t>(Space::kRecovery)) ||
      !key_reader.ReadFixed64(&entry->writer_epoch) || !key_reader.AtEnd() ||
      !reader.Expect(kRecordVersion) || !reader.ReadVarint64(&entry->commit) ||
      !reader.ReadByte(&has_durable) || has_durable > 1) {
    return false;
  }
  entry->durable_commit.reset();
  if (has_durable == 1 && !reader.ReadVarint64(&entry->durable_commit.emplace())) return false;
  return reader.ReadOrderedInt64(&entry->wall_micros) && reader.AtEnd();
}

}  // namespace idem::codec
