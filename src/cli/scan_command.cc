// SPDX-License-Identifier: Apache-2.0
//
// idem scan: the rows of a table, in the order of their keys.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
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

struct ScanArguments {
  std::string table;
  std::string prefix;
  std::string format = "ndjson";
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

const std::map<std::string, RowFormat> kFormats = {
    {"ndjson", RowFormat::kNdjson}, {"tsv", RowFormat::kTsv}, {"csv", RowFormat::kCsv}};

// Parts separated by commas are strings; a JSON array has typed parts.
Result<Key> ParsePrefix(const std::string& text) {
  if (text.starts_with('[')) return ParseJsonKey(text);
  std::vector<std::string> texts(1);
  for (const char c : text) {
    if (c == ',') {
      texts.emplace_back();
    } else {
      texts.back().push_back(c);
    }
  }
  return Key(std::vector<KeyPart>(texts.begin(), texts.end()));
}

ExitCode WriteRows(RowCursor* cursor, RowWriter* writer, const CommonOptions& common) {
  Output output;
  writer->Begin(output.buffer());
  for (;;) {
    Result<bool> more = cursor->Next();
    if (!more) {
      // What was written so far is not the whole table: the object stays open, so no parser takes
      // it for one.
      output.Finish();
      return Report(more.error(), {common.db, false});
    }
    if (!*more) break;
    writer->Append(cursor->row(), output.buffer());
    if (!output.Continue()) return ExitCode::kFailure;
  }
  writer->End(output.buffer());
  return output.Finish();
}

ExitCode RunScan(const ScanArguments& given, const CommonOptions& common) {
  ScanOptions options;
  options.limit = given.limit;
  if (!given.prefix.empty()) {
    Result<Key> prefix = ParsePrefix(given.prefix);
    if (!prefix) return Report(prefix.error(), common);
    options.prefix = *prefix;
  }
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<RowCursor> cursor = store->snapshot.Scan(given.table, options);
  if (!cursor) return Report(cursor.error(), common);
  RowWriter writer(common.json ? RowFormat::kJson : kFormats.at(given.format));
  return WriteRows(&*cursor, &writer, common);
}

}  // namespace

void AddScanCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "scan", "Print the rows of a table by key");
  const auto given = std::make_shared<ScanArguments>();
  app->add_option("--table", given->table, "The table")->required();
  app->add_option("--format", given->format, "ndjson, tsv or csv")
      ->check(CLI::IsMember(kFormats))
      ->capture_default_str();
  app->add_option("--prefix", given->prefix,
                  "Only keys that begin with these parts: strings separated by commas, or a JSON "
                  "array")
      ->type_name("PART[,PART...]");
  AddNumber(app, "--limit", &given->limit, "At most this many rows");
  app->callback([given, line] {
    *line.run = [given = *given, common = *line.common] { return RunScan(given, common); };
  });
}

}  // namespace idem::cli
