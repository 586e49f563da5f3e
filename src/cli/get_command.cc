// SPDX-License-Identifier: Apache-2.0
//
// idem get: one row.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output/key_text.h"
#include "cli/output/output.h"
#include "cli/output/row_writer.h"

namespace idem::cli {
namespace {

struct GetArguments {
  std::string table;
  std::vector<std::string> parts;
  std::string key_json;
};

Result<Key> ParseKey(const GetArguments& given) {
  if (!given.key_json.empty()) return ParseJsonKey(given.key_json);
  return Key(std::vector<KeyPart>(given.parts.begin(), given.parts.end()));
}

ExitCode RunGet(const GetArguments& given, const CommonOptions& common) {
  Result<Key> key = ParseKey(given);
  if (!key) return Report(key.error(), common);
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<std::optional<Row>> row = store->snapshot.Get(given.table, *key);
  if (!row) return Report(row.error(), common);
  if (!*row) {
    return Report(Error(ErrorCode::kNotFound,
                        "no row with this key; words are strings, use --key-json for other types"),
                  common);
  }
  if (!common.json) return PrintLine((*row)->value);
  std::string json;
  AppendRowJson(**row, &json);
  return PrintLine(json);
}

}  // namespace

void AddGetCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "get", "Print the value of one row");
  const auto given = std::make_shared<GetArguments>();
  app->add_option("--table", given->table, "The table")->required();
  CLI::Option* parts = AddWords(app, "KEY", &given->parts, "The key's parts, each a string");
  app->add_option("--key-json", given->key_json, "The key as JSON, with typed parts: '[\"a\",1]'")
      ->type_name("JSON")
      ->excludes(parts);
  app->callback([given, line] {
    if (given->parts.empty() && given->key_json.empty()) {
      throw CLI::ValidationError("name the row by KEY... or --key-json");
    }
    *line.run = [given = *given, common = *line.common] { return RunGet(given, common); };
  });
}

}  // namespace idem::cli
