// SPDX-License-Identifier: Apache-2.0
#include "pipeline/ledger.h"

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "pipeline/durable_note.h"

#include <algorithm>
#include <utility>

namespace idem::pipeline {
namespace {

using storage::StoreView;

Result<void> LoadTables(std::uint64_t owner, const StoreView& view, Ledger* ledger) {
  const std::string prefix = codec::SpaceKey(codec::Space::kTable);
  return ForEach(view, prefix, [&](std::string_view, std::string_view value) -> Result<void> {
    codec::TableDefinition table;
    if (!codec::DecodeTableDefinition(value, &table)) return Damaged("a table definition");
    auto entry = std::make_shared<TableEntry>(owner, std::move(table));
    auto state = view.Get(codec::TableStateKey(entry->definition.id));
    if (!state) return state.error();
    if (*state && !codec::DecodeTableState(**state, &entry->state)) {
      return Damaged("the state of a table");
    }
    ledger->next_table_id = std::max(ledger->next_table_id, entry->definition.id + 1);
    ledger->tables.emplace(entry->definition.name, std::move(entry));
    return {};
  });
}

Result<void> LoadSources(const StoreView& view, Ledger* ledger) {
  const std::string prefix = codec::SpaceKey(codec::Space::kSource);
  return ForEach(view, prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
    SourceOptions options;
    if (!codec::DecodeSourceOptions(value, &options)) return Damaged("the options of a source");
    ledger->sources.emplace(key.substr(prefix.size()), options);
    return {};
  });
}

Result<void> LoadCheckpoints(const StoreView& view, Ledger* ledger) {
  const std::string prefix = codec::SpaceKey(codec::Space::kCheckpoint);
  return ForEach(view, prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
    Checkpoint checkpoint;
    if (!codec::DecodeCheckpoint(key, value, &checkpoint)) return Damaged("a checkpoint");
    ledger->Publish(std::string(key), checkpoint);
    return {};
  });
}

}  // namespace

Error Damaged(std::string_view what) {
  return Error(ErrorCode::kCorruption, std::string(what) +
                                           " cannot be decoded; stop writing and run `idem verify` "
                                           "on the store, then restore it from a backup");
}

Error Poisoned() {
  return Error(
      ErrorCode::kPoisoned,
      "an earlier write of this sink ended with an unknown outcome; reopen it and resume from "
      "its checkpoints");
}

Result<void> ForEach(const StoreView& view, std::string_view prefix, const EntryVisitor& visit) {
  return ForEach(view, prefix, codec::PrefixEnd(prefix), visit);
}

Result<void> ForEach(const StoreView& view, std::string_view begin, std::string_view end,
                     const EntryVisitor& visit) {
  auto cursor = view.Scan(begin, end);
  if (!cursor) return cursor.error();
  for (;;) {
    const Result<bool> more = (*cursor)->Next();
    if (!more) return more.error();
    if (!*more) return {};
    if (auto visited = visit((*cursor)->key(), (*cursor)->value()); !visited) return visited;
  }
}

Result<void> Ledger::Load(std::uint64_t owner, const StoreView& view) {
  if (auto loaded = LoadTables(owner, view, this); !loaded) return loaded;
  if (auto loaded = LoadSources(view, this); !loaded) return loaded;
  if (auto loaded = LoadCheckpoints(view, this); !loaded) return loaded;
  const auto commit = LastCommitOf(view);
  if (!commit) return commit.error();
  last_commit = *commit;
  return {};
}

SourceOptions Ledger::OptionsOf(std::string_view source) const {
  const auto found = sources.find(source);
  return found == sources.end() ? SourceOptions{} : found->second;
}

void Ledger::Publish(const std::string& key, const Checkpoint& checkpoint) {
  const auto [found, is_new] = checkpoints.try_emplace(key);
  CheckpointEntry& entry = found->second;
  if (is_new) note_bytes += codec::NoteEntryBytesMax(key);
  entry.checkpoint = checkpoint;
  if (!entry.dirty) dirty.push_back(&entry);
  entry.dirty = true;
}

DurableMark Ledger::TakeMark() {
  for (CheckpointEntry* entry : dirty) {
    entry->marked_next = entry->checkpoint.next;
    entry->marked = true;
    entry->dirty = false;
  }
  return {last_commit, std::exchange(dirty, {})};
}

void Ledger::SetMark(const DurableMark& mark) {
  durable_commit = mark.commit;
  for (CheckpointEntry* entry : mark.changed) {
    entry->durable_next = entry->marked_next;
    entry->durable = true;
  }
}

void Ledger::AppendNoteEntries(std::string* out) const {
  for (const auto& [key, entry] : checkpoints) {
    if (entry.marked) codec::AppendNoteEntry(key, entry.marked_next, out);
  }
}

}  // namespace idem::pipeline
