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

// What a reader sees of the store's health from outside.
struct DiskUse {
  std::uint64_t bytes = 0;      // of all files
  std::uint64_t log_bytes = 0;  // what an opening has to read again
  std::uint64_t free_bytes = 0;
};

struct Stats {
  std::uint64_t commit = 0;
  DiskUse disk;
  std::vector<TableInfo> tables;
  std::vector<Checkpoint> checkpoints;
};

// Files come and go beneath a live writer; what is gone meanwhile counts as nothing.
DiskUse ReadDiskUse(const std::string& directory) {
  DiskUse use;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const std::uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (gone) continue;
    use.bytes += size;
    if (at->path().extension() == ".log") use.log_bytes += size;
  }
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  if (!error) use.free_bytes = space.available;
  return use;
}

Result<Stats> ReadStats(const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return store.error();
  Result<std::vector<TableInfo>> tables = store->snapshot.Tables();
  if (!tables) return tables.error();
  Result<std::vector<Checkpoint>> checkpoints = store->snapshot.Checkpoints();
  if (!checkpoints) return checkpoints.error();
  return Stats{store->snapshot.commit(), ReadDiskUse(common.db), *tables, *checkpoints};
}

std::string StatsJson(const Stats& stats) {
  Json tables = Json::array();
  for (const TableInfo& table : stats.tables) tables.push_back(TableJson(table));
  Json checkpoints = Json::array();
  for (const Checkpoint& checkpoint : stats.checkpoints) {
    checkpoints.push_back(CheckpointJson(checkpoint));
  }
  return DumpJson({{"commit", stats.commit},
                   {"disk_bytes", stats.disk.bytes},
                   {"log_bytes", stats.disk.log_bytes},
                   {"free_disk_bytes", stats.disk.free_bytes},
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
  fmt::format_to(out, "disk {} bytes, {} of them log, {} free\n", stats->disk.bytes,
                 stats->disk.log_bytes, stats->disk.free_bytes);
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
