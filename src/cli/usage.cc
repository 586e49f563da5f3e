// SPDX-License-Identifier: Apache-2.0

#include "cli/usage.h"

#include <fmt/format.h>
#include <idem/error.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/error_json.h"
#include "cli/output/output.h"
#include "cli/output/standard_streams.h"

namespace idem::cli {
namespace {

// The command that was understood so far.
const CLI::App* Deepest(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string NameOf(const CLI::App* app) {
  const CLI::App* parent = app->get_parent();
  return parent == nullptr ? app->get_name() : NameOf(parent) + " " + app->get_name();
}

std::string CommandsOf(const CLI::App* app) {
  std::string names;
  for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

// A word with a slip in it mostly is the reason why something else is missing.
std::string MessageOf(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = Deepest(&app);
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string commands = CommandsOf(command);
  if (unknown.empty()) {
    const bool required = !commands.empty() && dynamic_cast<const CLI::RequiredError*>(&error);
    return error.what() + (required ? ": " + commands : "");
  }
  const std::string& word = unknown.front();
  if (word.starts_with('-')) return fmt::format("'{}' is no option of {}", word, NameOf(command));
  if (commands.empty()) return fmt::format("'{}' is more than {} takes", word, NameOf(command));
  return fmt::format("'{}' is no subcommand of {}, which are: {}", word, NameOf(command), commands);
}

}  // namespace

bool AsksForJson(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return false;
    if (word == "--json") return true;
  }
  return false;
}

ExitCode ReportUsage(const CLI::App& app, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0) {
    std::ostringstream text;
    app.exit(error, text, text);
    Output output;
    output.buffer()->append(text.str());
    return output.Finish();
  }
  const std::string message = MessageOf(app, error);
  WriteToStderr(fmt::format("idem: {}\nRun `{} --help` for more information.\n", message,
                            NameOf(Deepest(&app))));
  if (json) {
    PrintLine(DumpJson({{"error", ErrorJson(Error(ErrorCode::kInvalidArgument, message))}}));
  }
  return ExitCode::kUsage;
}

}  // namespace idem::cli
