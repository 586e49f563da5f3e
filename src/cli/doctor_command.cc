// SPDX-License-Identifier: Apache-2.0
//
// idem doctor: whether directory, disk and build are fit for a store.

#include <fmt/format.h>
#include <idem/diagnosis.h>

#include <iterator>
#include <string>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"

namespace idem::cli {
namespace {

std::string DoctorJson(const Diagnosis& diagnosis) {
  Json findings = Json::array();
  for (const DiagnosisFinding& finding : diagnosis.findings) {
    findings.push_back({{"level", ToString(finding.level)},
                        {"topic", finding.topic},
                        {"what", finding.what},
                        {"remedy", finding.remedy}});
  }
  return DumpJson({{"ok", diagnosis.ok()}, {"findings", findings}});
}

std::string DoctorText(const Diagnosis& diagnosis) {
  std::string text;
  for (const DiagnosisFinding& finding : diagnosis.findings) {
    fmt::format_to(std::back_inserter(text), "{} {}: {}{}{}\n", ToString(finding.level),
                   finding.topic, finding.what, finding.remedy.empty() ? "" : "; ", finding.remedy);
  }
  return text + (diagnosis.ok() ? "ok" : "NOT OK");
}

ExitCode RunDoctor(const CommonOptions& common) {
  const Diagnosis diagnosis = Diagnose(common.db);
  const ExitCode printed = PrintLine(common.json ? DoctorJson(diagnosis) : DoctorText(diagnosis));
  return diagnosis.ok() ? printed : ExitCode::kFindings;
}

}  // namespace

void AddDoctorCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "doctor",
                             "Check directory, disk, limits and build, without opening the store");
  app->callback([line] { *line.run = [common = *line.common] { return RunDoctor(common); }; });
}

}  // namespace idem::cli
