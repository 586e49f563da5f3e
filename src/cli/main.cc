// SPDX-License-Identifier: Apache-2.0
//
// The `idem` command. Data goes to stdout, everything else to stderr.

#include <idem/version.h>

#include <exception>
#include <functional>
#include <string>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/output/standard_streams.h"
#include "cli/usage.h"

namespace idem::cli {
namespace {

ExitCode Main(int argc, char** argv) {
  CommonOptions common;
  std::function<ExitCode()> run;
  CLI::App app("idem: idempotent ingestion. Running it again gives the same result.", "idem");
  app.set_version_flag("--version", std::string("idem ") + LibraryVersion());
  app.require_subcommand(1);
  AddCommonOptions(&app, &common);

  const CommandLine line{&app, &common, &run};
  AddIngestCommand(line);
  AddScanCommand(line);
  AddGetCommand(line);
  AddTablesCommand(line);
  AddDigestCommand(line);
  AddStatsCommand(line);
  AddVerifyCommand(line);
  AddBackupCommand(line);
  AddRecoverCommand(line);
  AddDoctorCommand(line);
  AddCheckpointsCommand(line);
  AddQuarantineCommand(line);

  try {
    app.parse(argc, argv);
    if (common.db.empty()) throw CLI::RequiredError("--db");
  } catch (const CLI::ParseError& error) {
    return ReportUsage(app, error, AsksForJson(argc, argv));
  }
  return run();
}

}  // namespace
}  // namespace idem::cli

int main(int argc, char** argv) {
  // First of all: whatever opens a file must find these taken.
  if (!idem::cli::HoldStandardStreams()) return static_cast<int>(idem::cli::ExitCode::kFailure);
  idem::cli::IgnoreBrokenPipes();
  try {
    return static_cast<int>(idem::cli::Main(argc, argv));
  } catch (const std::exception& error) {
    // Not in one piece: that would take memory, which may be what is missing.
    for (const char* part : {"idem: ", error.what(), "\n"}) idem::cli::WriteToStderr(part);
    return static_cast<int>(idem::cli::ExitCode::kFailure);
  }
}
