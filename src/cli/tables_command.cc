// SPDX-License-Identifier: Apache-2.0
//
// idem tables: which tables there are and how they are defined.

#include <fmt/format.h>
#include <idem/idempotent_sink.h>

#include <iterator>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/table_json.h"

namespace idem::cli {
namespace {

ExitCode RunTables(const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<std::vector<TableInfo>> tables = store->snapshot.Tables();
  if (!tables) return Report(tables.error(), common);
  if (common.json) {
    Json list = Json::array();
    for (const TableInfo& table : *tables) list.push_back(TableJson(table));
    return PrintLine(DumpJson({{"tables", list}}));
  }
  Output output;
  for (const TableInfo& table : *tables) {
    const TableOptions& options = table.options;
    fmt::format_to(std::back_inserter(*output.buffer()), "{}\t{}\t{}\t{}\t{}\n", table.name,
                   ToString(options.mode), ToString(options.version_kind()), ToString(options.tie),
                   table.rows);
  }
  return output.Finish();
}

}  // namespace

void AddTablesCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "tables",
                             "List the tables: name, mode, kind of version, tie rule, rows");
  app->callback([line] { *line.run = [common = *line.common] { return RunTables(common); }; });
}

}  // namespace idem::cli
