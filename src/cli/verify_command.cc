// SPDX-License-Identifier: Apache-2.0
//
// idem verify: derives everything again from the rows and reports each difference.

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/verified_counts.h"
#include "cli/progress.h"

namespace idem::cli {
namespace {

std::string VerifyJson(const VerifyReport& report) {
  Json findings = Json::array();
  for (const VerifyFinding& finding : report.findings) {
    findings.push_back({{"table", finding.table}, {"what", finding.what}});
  }
  Json json = {{"ok", report.ok()}};
  AddCounts(report, &json);
  json["finding_count"] = report.finding_count;
  json["findings"] = findings;
  return DumpJson(json);
}

std::string VerifyText(const VerifyReport& report) {
  std::string text;
  for (const VerifyFinding& finding : report.findings) {
    const std::string table = finding.table.empty() ? "" : finding.table + ": ";
    fmt::format_to(std::back_inserter(text), "FOUND {}{}\n", table, finding.what);
  }
  text += (report.ok() ? "ok at " : "NOT OK at ") + CountsText(report);
  return text;
}

ExitCode RunVerify(const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Progress progress(0, "entries");
  VerifyOptions options;
  options.progress = [&progress](std::uint64_t done) { progress.Update(0, done); };
  Result<VerifyReport> report = store->snapshot.Verify(options);
  progress.Clear();
  if (!report) return Report(report.error(), common);
  const ExitCode printed = PrintLine(common.json ? VerifyJson(*report) : VerifyText(*report));
  return report->ok() ? printed : ExitCode::kFindings;
}

}  // namespace

void AddVerifyCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "verify",
                             "Check every count, digest, index and checkpoint against the rows");
  app->callback([line] { *line.run = [common = *line.common] { return RunVerify(common); }; });
}

}  // namespace idem::cli
