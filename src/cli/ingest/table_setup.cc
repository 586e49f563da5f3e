// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/table_setup.h"

#include <fmt/format.h>

namespace idem::cli {

Result<std::optional<TableInfo>> FindTable(const IdempotentSink& sink, const std::string& name) {
  Result<Snapshot> snapshot = sink.NewSnapshot();
  if (!snapshot) return snapshot.error();
  Result<TableInfo> info = snapshot->GetTable(name);
  if (info) return std::optional(*std::move(info));
  if (info.error().code() == ErrorCode::kNotFound) return std::optional<TableInfo>();
  return info.error();
}

Result<VersionKind> SuggestVersionKind(const IngestOptions& options, const PendingLines& lines,
                                       RecordMapper* mapper) {
  MappedRecord record;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines.is_record(i) || mapper->Map(lines.unit(i).text, &record)) continue;
    if (std::optional<VersionKind> kind = mapper->SuggestedVersionKind()) return *kind;
  }
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("none of the first {} lines has '{}' (--version), so nothing tells the "
                  "kind of versions of the new table '{}': name a member that has them, or "
                  "say --version-kind. No table was made",
                  lines.records(), options.version->text, options.table));
}

TableOptions DefineTable(const IngestOptions& options, const std::optional<TableOptions>& stored,
                         std::optional<VersionKind> suggested) {
  TableOptions definition;
  if (stored) {
    definition = *stored;
    if (options.mode) definition.mode = *options.mode;
    if (options.version_kind) definition.version = *options.version_kind;
  } else {
    const TableMode by_version = options.version ? TableMode::kUpsert : TableMode::kAppend;
    definition.mode = options.mode.value_or(by_version);
    const VersionKind by_records = suggested.value_or(VersionKind::kInteger);
    definition.version =
        options.version ? options.version_kind.value_or(by_records) : VersionKind::kNone;
  }
  if (options.tie) definition.tie = *options.tie;
  if (options.canonical_json) definition.canonical_json = true;
  if (options.ignored_members) definition.ignored_members = *options.ignored_members;
  return definition;
}

namespace {

// What an append table has no use for, said before one is made.
Result<void> CheckAppend(const IngestOptions& options) {
  const char* option = options.delete_when ? "--delete-when" : "--tie";
  if (!options.delete_when && !options.tie) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} is for upsert tables, and '{}' is an append table, where the first "
                           "record of a key stays; leave the option out, or ingest into an upsert "
                           "table (--version PATH, or --mode upsert)",
                           option, options.table));
}

}  // namespace

Result<Table> OpenIngestTable(IdempotentSink* sink, const IngestOptions& options,
                              const TableOptions& definition) {
  if (definition.mode == TableMode::kAppend) {
    if (auto ok = CheckAppend(options); !ok) return ok.error();
  }
  Result<Table> table = sink->OpenTable(options.table, definition);
  if (!table) return table;
  const VersionKind kind = table->options().version_kind();
  if (options.version && kind == VersionKind::kNone) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("table '{}' was created without versions; leave --version out, or ingest into "
                    "another table",
                    options.table));
  }
  if (!options.version && kind != VersionKind::kNone) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("table '{}' orders its rows by {} versions; name the member that "
                             "holds them with --version PATH",
                             options.table, ToString(kind)));
  }
  return table;
}

}  // namespace idem::cli
