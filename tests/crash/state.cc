// SPDX-License-Identifier: Apache-2.0
#include "crash/state.h"

#include <algorithm>
#include <variant>

#include "crash/stream.h"

namespace idem::crash {
namespace {

std::string Describe(const StoredVersion& version) {
  if (const auto* integer = std::get_if<std::int64_t>(&version)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&version)) return *text;
  return "none";
}

Result<void> DescribeTable(const Snapshot& snapshot, const TableInfo& table,
                           std::vector<std::string>* lines) {
  lines->push_back("table " + table.name + " rows=" + std::to_string(table.rows) +
                   " tombstones=" + std::to_string(table.tombstones) +
                   " event_ids=" + std::to_string(table.event_ids) + " " + table.digest.ToHex());
  Result<RowCursor> cursor = snapshot.Scan(table.name);
  if (!cursor) return cursor.error();
  for (;;) {
    Result<bool> next = cursor->Next();
    if (!next) return next.error();
    if (!*next) return {};
    const Row& row = cursor->row();
    lines->push_back("row " + table.name + " " + row.key.ToString() + " " + Describe(row.version) +
                     " " + row.value);
  }
}

Result<void> DescribeQuarantine(const Snapshot& snapshot, std::vector<std::string>* lines) {
  QuarantineQuery query;
  query.include_resolved = true;
  query.limit = SIZE_MAX;
  Result<std::vector<QuarantineEntry>> entries = snapshot.Quarantine(query);
  if (!entries) return entries.error();
  for (const QuarantineEntry& entry : *entries) {
    std::string line = "quarantine " + entry.id.ToString() + " " + entry.table + " ";
    line.append(ToString(entry.verdict)).append(" ").append(ToString(entry.reason));
    line += " operation=" + std::to_string(static_cast<int>(entry.operation)) + " " +
            Describe(entry.version) + " " + entry.source + "/" + entry.partition.ToString() + "@" +
            std::to_string(entry.offset) + " '" + entry.why + "' ";
    lines->push_back(line + entry.key + "|" + entry.event_id + "|" + entry.value);
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> DescribeStore(const IdempotentSink& sink) {
  Result<Snapshot> snapshot = sink.NewSnapshot();
  if (!snapshot) return snapshot.error();
  Result<std::vector<TableInfo>> tables = snapshot->Tables();
  if (!tables) return tables.error();
  std::vector<std::string> lines;
  for (const TableInfo& table : *tables) {
    if (Result<void> done = DescribeTable(*snapshot, table, &lines); !done) return done.error();
  }
  Result<std::vector<Checkpoint>> checkpoints = snapshot->Checkpoints();
  if (!checkpoints) return checkpoints.error();
  for (const Checkpoint& checkpoint : *checkpoints) {
    lines.push_back("checkpoint " + crash::Describe(checkpoint));
  }
  if (Result<void> done = DescribeQuarantine(*snapshot, &lines); !done) return done.error();
  return lines;
}

}  // namespace idem::crash
