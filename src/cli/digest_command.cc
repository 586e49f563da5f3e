// SPDX-License-Identifier: Apache-2.0
//
// idem digest: one number a table, equal when the content is equal.

#include <fmt/format.h>
#include <idem/idempotent_sink.h>

#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"

namespace idem::cli {
namespace {

Result<std::vector<TableInfo>> Find(const Snapshot& snapshot, const std::string& name) {
  if (name.empty()) return snapshot.Tables();
  Result<TableInfo> table = snapshot.GetTable(name);
  if (!table) return table.error();
  return std::vector<TableInfo>{*table};
}

ExitCode RunDigest(const std::string& name, const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<std::vector<TableInfo>> tables = Find(store->snapshot, name);
  if (!tables) return Report(tables.error(), common);
  if (common.json) {
    Json digests = Json::object();
    for (const TableInfo& table : *tables) digests[table.name] = table.digest.ToHex();
    return PrintLine(DumpJson(digests));
  }
  Output output;
  for (const TableInfo& table : *tables) {
    fmt::format_to(std::back_inserter(*output.buffer()), "{}\t{}\n", table.name,
                   table.digest.ToHex());
  }
  return output.Finish();
}

}  // namespace

void AddDigestCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "digest", "Print each table's name and digest");
  const auto table = std::make_shared<std::string>();
  app->add_option("--table", *table, "Only this table");
  app->callback([table, line] {
    *line.run = [table = *table, common = *line.common] { return RunDigest(table, common); };
  });
}

}  // namespace idem::cli
