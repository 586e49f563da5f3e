// SPDX-License-Identifier: Apache-2.0
//
// idem stats: how much there is, and how far each source came.

#include <fmt/format.h>
#include <idem/idempotent_sink.h>

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/table_json.h"

namespace idem::cli {
namespace {

struct Stats {
  std::uint64_t commit = 0;
  std::uint64_t disk_bytes = 0;
  std::vector<TableInfo> tables;
  std::vector<Checkpoint> checkpoints;
};

// Files come and go beneath a live writer; what is gone meanwhile counts as nothing.
std::uint64_t DiskBytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const std::uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

Result<Stats> ReadStats(const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return store.error();
  Result<std::vector<TableInfo>> tables = store->snapshot.Tables();
  if (!tables) return tables.error();
  Result<std::vector<Checkpoint>> checkpoints = store->snapshot.Checkpoints();
  if (!checkpoints) return checkpoints.error();
  return Stats{store->snapshot.commit(), DiskBytes(common.db), *tables, *checkpoints};
}

std::string StatsJson(const Stats& stats) {
  Json tables = Json::array();
  for (const TableInfo& table : stats.tables) tables.push_back(TableJson(table));
  Json checkpoints = Json::array();
  for (const Checkpoint& checkpoint : stats.checkpoints) {
    checkpoints.push_back(CheckpointJson(checkpoint));
  }
  return DumpJson({{"commit", stats.commit},
                   {"disk_bytes", stats.disk_bytes},
                   {"tables", tables},
                   {"checkpoints", checkpoints}});
}

std::uint64_t OpenOffsets(const Checkpoint& checkpoint) {
  std::uint64_t open = 0;
  for (const OffsetRange& hole : checkpoint.Holes()) {
    open += static_cast<std::uint64_t>(hole.end - hole.begin);
  }
  return open;
}

ExitCode RunStats(const CommonOptions& common) {
  Result<Stats> stats = ReadStats(common);
  if (!stats) return Report(stats.error(), common);
  if (common.json) return PrintLine(StatsJson(*stats));

  Output output;
  auto out = std::back_inserter(*output.buffer());
  fmt::format_to(out, "commit {}\n", stats->commit);
  fmt::format_to(out, "disk {} bytes\n", stats->disk_bytes);
  for (const TableInfo& table : stats->tables) {
    fmt::format_to(out,
                   "table {}: {} rows, {} tombstones, {} event ids, digest {}, last commit {}\n",
                   table.name, table.rows, table.tombstones, table.event_ids, table.digest.ToHex(),
                   table.last_commit);
  }
  for (const Checkpoint& checkpoint : stats->checkpoints) {
    fmt::format_to(out, "source {} partition {}: next {}, {} offsets open below the highest\n",
                   checkpoint.source, checkpoint.partition.ToString(), checkpoint.next,
                   OpenOffsets(checkpoint));
  }
  return output.Finish();
}

}  // namespace

void AddStatsCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "stats",
                             "Print counts, digests, checkpoints and the size on disk");
  app->callback([line] { *line.run = [common = *line.common] { return RunStats(common); }; });
}

}  // namespace idem::cli
