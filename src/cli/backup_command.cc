// SPDX-License-Identifier: Apache-2.0
//
// idem backup: a store's newest state as a store of its own, beside whoever writes it.

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/verified_counts.h"
#include "cli/progress.h"

namespace idem::cli {
namespace {

std::string BackupJson(const std::string& to, const VerifyReport& report) {
  Json json = {{"to", to}};
  AddCounts(report, &json);
  return DumpJson(json);
}

ExitCode RunBackup(const std::string& to, const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Progress progress(0, "entries");
  BackupOptions options;
  options.progress = [&progress](std::uint64_t done) { progress.Update(0, done); };
  Result<VerifyReport> report = store->snapshot.WriteBackup(to, options);
  progress.Clear();
  if (!report) return Report(report.error(), common);
  return PrintLine(common.json ? BackupJson(to, *report)
                               : fmt::format("wrote {} at {}", to, CountsText(*report)));
}

}  // namespace

void AddBackupCommand(const CommandLine& line) {
  CLI::App* app =
      AddCommand(line, line.app, "backup", "Write all of it, verified, as a store of its own");
  const auto to = std::make_shared<std::string>();
  app->add_option("--to", *to, "The backup's directory, missing or empty")
      ->required()
      ->type_name("DIR");
  app->callback([to, line] {
    *line.run = [to = *to, common = *line.common] { return RunBackup(to, common); };
  });
}

}  // namespace idem::cli
