// SPDX-License-Identifier: Apache-2.0
#include "sink/snapshot_impl.h"

#include "base/names.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/recovery_record.h"
#include "codec/row_envelope.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "codec/tuple.h"
#include "codec/version_order.h"
#include "pipeline/durable_note.h"
#include "pipeline/ledger.h"
#include "sink/row_cursor_impl.h"
#include "sink/sink_impl.h"

#include <algorithm>
#include <string>

namespace idem {

using pipeline::Damaged;
using pipeline::ForEach;

namespace {

// Empty: all of them. A name that no source can have must not become a key of the store.
bool CanBeSource(std::string_view source) {
  return source.empty() || base::CheckSourceName(source).has_value();
}

}  // namespace

Result<std::string> LookupKey(std::uint32_t table, const KeyRef& key) {
  std::string bytes;
  codec::AppendRowKey(table, {}, &bytes);
  codec::AppendKey(key, &bytes);
  const std::size_t size = bytes.size() - codec::kRowKeyPrefixBytes;
  if (size == 0 || size > kKeyBytesMax) {
    return Error(ErrorCode::kInvalidArgument,
                 "a key has at least one part and at most 16 KiB when encoded");
  }
  return bytes;
}

Result<bool> ReadRow(std::string_view key, std::string_view value, Row* row) {
  codec::RowEnvelope envelope;
  if (!codec::DecodeRowUnhashed(value, &envelope)) return Damaged("a row");
  if (envelope.tombstone) return false;
  auto decoded = Key::FromEncoded(key.substr(codec::kRowKeyPrefixBytes));
  if (!decoded) return Damaged("the key of a row");
  row->key = std::move(*decoded);
  row->version = codec::ToStored(envelope.version);
  row->value.assign(envelope.payload);
  row->commit = envelope.commit;
  return true;
}

Result<Snapshot> SnapshotImpl::Make(std::shared_ptr<const storage::Store> store,
                                    std::unique_ptr<storage::StoreView> view) {
  auto commit = pipeline::LastCommitOf(*view);
  if (!commit) return commit.error();
  return Snapshot(std::make_shared<SnapshotImpl>(std::move(store), std::move(view), *commit));
}

Result<codec::TableDefinition> SnapshotImpl::FindTable(std::string_view name) const {
  auto bytes = view_->Get(codec::TableKey(name));
  if (!bytes) return bytes.error();
  if (!*bytes) {
    return Error(ErrorCode::kNotFound, "there is no table '" + std::string(name.substr(0, 64)) +
                                           "'; `idem tables` shows those there are");
  }
  codec::TableDefinition table;
  if (!codec::DecodeTableDefinition(**bytes, &table)) return Damaged("a table definition");
  return table;
}

Result<TableInfo> SnapshotImpl::Describe(codec::TableDefinition table) const {
  auto bytes = view_->Get(codec::TableStateKey(table.id));
  if (!bytes) return bytes.error();
  codec::TableState state;
  if (*bytes && !codec::DecodeTableState(**bytes, &state)) return Damaged("the state of a table");
  return MakeInfo(std::move(table), state);
}

Snapshot::Snapshot(std::shared_ptr<const SnapshotImpl> impl) : impl_(std::move(impl)) {}
Snapshot::~Snapshot() = default;
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;

std::uint64_t Snapshot::commit() const noexcept { return impl_->commit(); }

Result<std::vector<TableInfo>> Snapshot::Tables() const {
  std::vector<TableInfo> tables;
  const std::string prefix = codec::SpaceKey(codec::Space::kTable);
  const auto add = [&](std::string_view, std::string_view value) -> Result<void> {
    codec::TableDefinition table;
    if (!codec::DecodeTableDefinition(value, &table)) return Damaged("a table definition");
    auto info = impl_->Describe(std::move(table));
    if (!info) return info.error();
    tables.push_back(std::move(*info));
    return {};
  };
  if (auto read = ForEach(impl_->view(), prefix, add); !read) return read.error();
  return tables;
}

Result<TableInfo> Snapshot::GetTable(std::string_view table) const {
  auto definition = impl_->FindTable(table);
  if (!definition) return definition.error();
  return impl_->Describe(std::move(*definition));
}

Result<std::optional<Row>> Snapshot::Get(std::string_view table, KeyRef key) const {
  auto definition = impl_->FindTable(table);
  if (!definition) return definition.error();
  auto store_key = LookupKey(definition->id, key);
  if (!store_key) return store_key.error();
  auto value = impl_->view().Get(*store_key);
  if (!value) return value.error();
  Row row;
  if (!*value) return std::optional<Row>();
  auto live = ReadRow(*store_key, **value, &row);
  if (!live) return live.error();
  return *live ? std::optional<Row>(std::move(row)) : std::nullopt;
}

Result<RowCursor> Snapshot::Scan(std::string_view table, const ScanOptions& options) const {
  auto definition = impl_->FindTable(table);
  if (!definition) return definition.error();
  const auto store_key = [&](const std::optional<Key>& key) {
    std::string bytes;
    codec::AppendRowKey(definition->id, key ? key->encoded() : std::string_view(), &bytes);
    return bytes;
  };
  std::string begin = store_key(options.prefix);
  // No type code is ff: keys with more parts lie below, and what lies above ends its last string
  // elsewhere ("a" is 40 61 00, "a\0b" is 40 61 00 ff 62 00).
  std::string end = begin + '\xff';
  if (options.from) begin = std::max(begin, store_key(options.from));
  if (options.to) end = std::min(end, store_key(options.to));
  auto cursor = impl_->view().Scan(begin, std::max(begin, end));
  if (!cursor) return cursor.error();
  return RowCursor(std::make_unique<RowCursorImpl>(impl_, std::move(*cursor), options.limit));
}

Result<std::vector<Checkpoint>> Snapshot::Checkpoints(std::string_view source) const {
  std::vector<Checkpoint> checkpoints;
  if (!CanBeSource(source)) return checkpoints;
  const std::string prefix =
      source.empty() ? codec::SpaceKey(codec::Space::kCheckpoint) : codec::CheckpointPrefix(source);
  const auto add = [&](std::string_view key, std::string_view value) -> Result<void> {
    if (!codec::DecodeCheckpoint(key, value, &checkpoints.emplace_back())) {
      return Damaged("a checkpoint");
    }
    return {};
  };
  if (auto read = ForEach(impl_->view(), prefix, add); !read) return read.error();
  return checkpoints;
}

Result<std::vector<RewindEntry>> Snapshot::Rewinds(std::string_view source) const {
  std::vector<RewindEntry> entries;
  if (!CanBeSource(source)) return entries;
  const std::string prefix =
      source.empty() ? codec::SpaceKey(codec::Space::kRewind) : codec::RewindPrefix(source);
  const auto add = [&](std::string_view key, std::string_view value) -> Result<void> {
    if (!codec::DecodeRewind(key, value, &entries.emplace_back())) {
      return Damaged("a rewind entry");
    }
    return {};
  };
  if (auto read = ForEach(impl_->view(), prefix, add); !read) return read.error();
  std::sort(entries.begin(), entries.end(),
            [](const RewindEntry& a, const RewindEntry& b) { return a.commit < b.commit; });
  return entries;
}

Result<std::vector<RecoveryEntry>> Snapshot::Recoveries() const {
  std::vector<RecoveryEntry> entries;
  const auto add = [&](std::string_view key, std::string_view value) -> Result<void> {
    if (!codec::DecodeRecovery(key, value, &entries.emplace_back())) {
      return Damaged("a recovery entry");
    }
    return {};
  };
  auto read = ForEach(impl_->view(), codec::SpaceKey(codec::Space::kRecovery), add);
  if (!read) return read.error();
  return entries;
}

Result<std::vector<QuarantineEntry>> Snapshot::Quarantine(const QuarantineQuery& query) const {
  if (!query.table.empty()) {
    if (auto table = impl_->FindTable(query.table); !table) return table.error();
  }
  std::vector<QuarantineEntry> entries;
  const std::string prefix = codec::SpaceKey(codec::Space::kQuarantine);
  auto cursor = impl_->view().Scan(query.after ? codec::QuarantineKey(*query.after) : prefix,
                                   codec::PrefixEnd(prefix));
  if (!cursor) return cursor.error();
  while (entries.size() < query.limit) {
    const Result<bool> more = (*cursor)->Next();
    if (!more) return more.error();
    if (!*more) break;
    QuarantineEntry entry;
    if (!codec::DecodeQuarantineEntry((*cursor)->key(), (*cursor)->value(), &entry)) {
      return Damaged("a quarantine entry");
    }
    if (query.after && entry.id == *query.after) continue;
    if (!query.include_resolved && entry.state != QuarantineState::kOpen) continue;
    if (query.table.empty() || entry.table == query.table) entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::optional<QuarantineEntry>> Snapshot::GetQuarantined(const QuarantineId& id) const {
  const std::string key = codec::QuarantineKey(id);
  auto bytes = impl_->view().Get(key);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<QuarantineEntry>();
  QuarantineEntry entry;
  if (!codec::DecodeQuarantineEntry(key, **bytes, &entry)) return Damaged("a quarantine entry");
  return std::optional<QuarantineEntry>(std::move(entry));
}

Result<Snapshot> SinkImpl::NewSnapshot() const {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  auto view = store_->NewView();
  if (!view) return view.error();
  return SnapshotImpl::Make(store_, std::move(*view));
}

}  // namespace idem
