// SPDX-License-Identifier: Apache-2.0

#include "cli/command.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "cli/output/error_json.h"
#include "cli/output/output.h"
#include "cli/output/standard_streams.h"

namespace idem::cli {

void AddCommonOptions(CLI::App* app, CommonOptions* common) {
  app->add_option("--db", common->db, "The store's directory")->type_name("DIR");
  app->add_flag("--json", common->json, "Print one JSON object on stdout");
}

CLI::App* AddCommand(const CommandLine& line, CLI::App* parent, const std::string& name,
                     const std::string& description) {
  CLI::App* command = parent->add_subcommand(name, description);
  AddCommonOptions(command, line.common);
  return command;
}

CLI::Option* AddWords(CLI::App* app, const std::string& name, std::vector<std::string>* words,
                      const std::string& description) {
  const auto keep = [words](const CLI::results_t& given) {
    *words = given;
    return true;
  };
  // Where CLI11 allows extra arguments, as it does for a vector, it splits "[a,b]" at its commas,
  // and takes "{}" for nothing. Without, it takes words as long as fewer came than are expected;
  // that this many must come is not asked where all are taken.
  constexpr int kAnyNumber = CLI::detail::expected_max_vector_size;
  return app->add_option(name, keep, description)
      ->type_name("TEXT")
      ->expected(kAnyNumber, kAnyNumber)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

namespace {

template <typename Number>
bool ParseNumber(const std::string& text, Number* number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stopped == end && *number >= Number{0};
}

template <typename Number>
CLI::Option* AddNumberOf(CLI::App* app, const std::string& name, Number* number,
                         const std::string& description) {
  const auto keep = [number](const CLI::results_t& given) {
    return ParseNumber(given.back(), number);
  };
  const auto check = [](const std::string& text) -> std::string {
    Number ignored = 0;
    if (ParseNumber(text, &ignored)) return "";
    return fmt::format("'{}' is not a whole number, 0 .. {}", text,
                       std::numeric_limits<Number>::max());
  };
  return app->add_option(name, keep, description)->type_name("N")->check(CLI::Validator(check, ""));
}

}  // namespace

CLI::Option* AddNumber(CLI::App* app, const std::string& name, std::uint64_t* number,
                       const std::string& description) {
  return AddNumberOf(app, name, number, description);
}

CLI::Option* AddNumber(CLI::App* app, const std::string& name, std::int64_t* number,
                       const std::string& description) {
  return AddNumberOf(app, name, number, description);
}

Result<OpenStore> OpenForReading(const CommonOptions& common) {
  Result<std::unique_ptr<StoreReader>> reader = StoreReader::Open(common.db);
  if (!reader) return reader.error();
  Result<Snapshot> snapshot = (*reader)->NewSnapshot();
  if (!snapshot) return snapshot.error();
  return OpenStore{std::move(*reader), std::move(*snapshot)};
}

Result<std::unique_ptr<IdempotentSink>> OpenForWriting(const CommonOptions& common) {
  SinkOptions options;
  options.create_if_missing = false;
  return IdempotentSink::Open(common.db, options);
}

void Complain(const std::string& text) { WriteToStderr(fmt::format("idem: {}\n", text)); }

namespace {

// The library speaks to programs of its options; here there are others.
Error Reworded(const Error& error, const CommonOptions& common) {
  if (error.code() != ErrorCode::kStoreMissing) return error;
  return Error(error.code(), fmt::format("there is no store in {}; check --db; `idem ingest` makes "
                                         "a store",
                                         common.db));
}

}  // namespace

ExitCode Report(const Error& said, const CommonOptions& common) {
  const Error error = Reworded(said, common);
  Complain(error.ToString());
  if (common.json) {
    PrintLine(DumpJson({{"error", ErrorJson(error)}}));
  }
  return ExitCodeOf(error.code());
}

}  // namespace idem::cli
