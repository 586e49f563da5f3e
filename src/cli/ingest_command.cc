// SPDX-License-Identifier: Apache-2.0
//
// idem ingest: brings files into a table.

#include <fmt/format.h>
#include <idem/idempotent_sink.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/ingest/ingest_options.h"
#include "cli/ingest/ingest_summary.h"
#include "cli/ingest/ingester.h"
#include "cli/input/json_text.h"
#include "cli/interrupt.h"
#include "cli/output/output.h"
#include "cli/output/standard_streams.h"
#include "cli/progress.h"

namespace idem::cli {
namespace {

constexpr std::size_t kRecords = 1000;
constexpr std::size_t kBulkRecords = 500'000;
constexpr std::size_t kBulkRecordsMax = 10'000'000;

// The command line as it was given.
struct IngestArguments {
  std::string table, key, event_id, version, value, source, source_field, partition, offset;
  std::string delete_when, ignore, mode, version_kind, tie, format;
  std::string durability = "sync";
  std::string on_invalid = "stop";
  std::size_t batch = 0;  // not given
  bool canonical_json = false;
  bool from_start = false;
  bool growing = false;
  bool bulk = false;
  std::vector<std::string> files;
};

const std::map<std::string, TableMode> kModes = {{"append", TableMode::kAppend},
                                                 {"upsert", TableMode::kUpsert}};
const std::map<std::string, VersionKind> kVersionKinds = {
    {"integer", VersionKind::kInteger}, {"bytes", VersionKind::kBytes}, {"hex", VersionKind::kHex}};
const std::map<std::string, TieRule> kTies = {{"converge", TieRule::kConverge},
                                              {"first", TieRule::kFirstWins},
                                              {"last", TieRule::kLastWins},
                                              {"conflict", TieRule::kConflict}};

void DeclareRecord(CLI::App* app, IngestArguments* given) {
  const std::string path = "PATH";
  app->add_option("--table", given->table, "The table, created when it is new")->required();
  app->add_option("--key", given->key,
                  "Members that make up the row's key, separated by commas; dots go into objects "
                  "(a column name for CSV)")
      ->required()
      ->type_name("PATH[,PATH...]");
  app->add_option("--event-id", given->event_id, "Member that identifies the event itself")
      ->type_name(path);
  app->add_option("--version", given->version, "Member that orders the states of a row")
      ->type_name(path);
  app->add_option("--value", given->value,
                  "Member whose bytes are stored as they stand in the input; default: the line")
      ->type_name(path);
  app->add_option("--delete-when", given->delete_when, "A record with this value deletes its row")
      ->type_name("PATH=VALUE");
}

void DeclarePositions(CLI::App* app, IngestArguments* given) {
  const std::string path = "PATH";
  CLI::Option* source =
      app->add_option("--source", given->source, "Name of the source, for the checkpoints");
  app->add_option("--source-field", given->source_field, "Member that names the source")
      ->type_name(path)
      ->excludes(source);
  app->add_option("--partition", given->partition, "Member that names the source's partition")
      ->type_name(path);
  app->add_option("--offset", given->offset,
                  "Member that holds the record's offset in the source that is named; default: a "
                  "file is its own source and its offsets are line numbers")
      ->type_name(path);
  app->add_flag("--from-start", given->from_start, "Offer everything again");
}

void DeclareTable(CLI::App* app, IngestArguments* given) {
  app->add_option("--mode", given->mode,
                  "append: the first record of a key stays; upsert: the highest version stays. "
                  "Default: the table's own, or upsert with --version and append without")
      ->check(CLI::IsMember(kModes));
  app->add_option("--version-kind", given->version_kind,
                  "How versions are ordered; default: the table's own, or what the first one is")
      ->check(CLI::IsMember(kVersionKinds));
  app->add_option("--tie", given->tie, "What decides between equal versions; default: converge")
      ->check(CLI::IsMember(kTies));
  app->add_option("--ignore", given->ignore,
                  "Members of the value that do not make it another content")
      ->type_name("PATH[,PATH...]");
  app->add_flag("--canonical-json", given->canonical_json,
                "Member order and white space do not make another content");
}

void DeclareRun(CLI::App* app, IngestArguments* given) {
  app->add_option("--format", given->format, "Default: csv for *.csv[.gz|.zst], else ndjson")
      ->check(CLI::IsMember({"ndjson", "csv"}));
  AddNumber(app, "--batch", &given->batch, "Records a commit; default: 1000, with --bulk 500000")
      ->check(CLI::Range(std::size_t{1}, kBulkRecordsMax));
  app->add_flag("--bulk", given->bulk,
                "For first loads and backfills: each commit is large, and written as sorted files");
  app->add_option("--durability", given->durability,
                  "sync: a commit survives power loss; async: it survives the process")
      ->check(CLI::IsMember({"sync", "async"}))
      ->capture_default_str();
  app->add_option("--on-invalid", given->on_invalid,
                  "stop at an invalid line, keeping all before it; or set it aside and go on")
      ->check(CLI::IsMember({"stop", "quarantine"}))
      ->capture_default_str();
  app->add_flag("--growing", given->growing,
                "The files are still written: a last line without a line end is left for the next "
                "run");
  AddWords(app, "FILE", &given->files,
           "NDJSON or CSV, also compressed with gzip or zstd; - or none: standard input");
}

[[noreturn]] void Usage(const std::string& text) { throw CLI::ValidationError(text); }

template <typename T>
T Checked(const std::string& option, Result<T> parsed) {
  if (!parsed) Usage(fmt::format("{}: {}", option, parsed.error().message()));
  return std::move(*parsed);
}

std::optional<MemberPath> PathOf(const std::string& option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Checked(option, MemberPath::Parse(text));
}

template <typename T>
std::optional<T> WordOf(const std::map<std::string, T>& words, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return words.at(text);
}

void CheckPositions(const IngestArguments& given) {
  if (!given.offset.empty() && given.source.empty() && given.source_field.empty()) {
    Usage(
        "--offset needs --source or --source-field: offsets count within a source, and what was "
        "done of it is not done again, whichever file brings it");
  }
  if (given.offset.empty() && !given.source_field.empty()) {
    Usage(
        "--source-field needs --offset: without offsets of its own a record has no position, "
        "and the file's line numbers belong to one source");
  }
  if (given.offset.empty() && !given.partition.empty()) {
    Usage(
        "--partition needs --offset: without offsets of its own a record has no position, and "
        "the file's line numbers belong to one partition");
  }
}

void CheckTogether(const IngestArguments& given) {
  CheckPositions(given);
  const bool arrival_decides = !given.tie.empty() && given.tie != "converge";
  if (given.mode == "upsert" && given.version.empty() && !arrival_decides) {
    Usage(
        "--mode upsert needs --version: without versions nothing but arrival can order two "
        "records of one key; to have it so, say --tie first, last or conflict");
  }
  if (given.mode == "append" && !given.delete_when.empty()) {
    Usage("--delete-when needs an upsert table: rows of an append table are never deleted");
  }
  if (given.mode == "append" && !given.tie.empty()) {
    Usage("--tie needs an upsert table: in an append table the first record of a key stays");
  }
  if (!given.bulk && given.batch > Limits().batch_records) {
    Usage(
        fmt::format("--batch: more than {} records a commit need --bulk", Limits().batch_records));
  }
  if (given.version.empty() && !given.version_kind.empty()) {
    Usage("--version-kind needs --version");
  }
}

DeleteWhen ParseDeleteWhen(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) Usage("--delete-when: expected PATH=VALUE");
  return {Checked("--delete-when", MemberPath::Parse(text.substr(0, equals))),
          text.substr(equals + 1)};
}

std::vector<std::string> ParseIgnored(const std::string& text) {
  std::vector<std::string> members;
  for (const MemberPath& path : Checked("--ignore", MemberPath::ParseList(text))) {
    members.push_back(path.text);
  }
  return members;
}

void CheckNumberOfMembers(const IngestOptions& options) {
  std::size_t members = options.key.size() + options.event_id.size();
  for (const bool given : {options.version.has_value(), options.value.has_value(),
                           options.delete_when.has_value(), options.source_field.has_value(),
                           options.partition.has_value(), options.offset.has_value()}) {
    members += given ? 1 : 0;
  }
  if (members <= kMemberPathsMax) return;
  Usage(fmt::format(
      "{} members are asked for, --key, --event-id and all others together; the limit is {}",
      members, kMemberPathsMax));
}

// A line of CSV is no JSON: each one would be refused, by a table that stays as it was made.
void CheckJsonContent(const IngestOptions& options) {
  if (options.value || (!options.canonical_json && !options.ignored_members)) return;
  for (const std::string& file : options.files) {
    if (options.format.value_or(FormatOfName(file)) != InputFormat::kCsv) continue;
    Usage(fmt::format(
        "{} needs --value with CSV: a line of CSV is no JSON; name the column that holds JSON",
        options.canonical_json ? "--canonical-json" : "--ignore"));
  }
}

// Throws CLI::ValidationError where the arguments contradict each other.
IngestOptions Understand(const IngestArguments& given, const std::string& db) {
  CheckTogether(given);
  IngestOptions options;
  options.db = db;
  options.table = given.table;
  options.files = given.files.empty() ? std::vector<std::string>{"-"} : given.files;
  if (!given.format.empty()) {
    options.format = given.format == "csv" ? InputFormat::kCsv : InputFormat::kNdjson;
  }
  options.key = Checked("--key", MemberPath::ParseList(given.key));
  if (!given.event_id.empty()) {
    options.event_id = Checked("--event-id", MemberPath::ParseList(given.event_id));
  }
  options.version = PathOf("--version", given.version);
  options.value = PathOf("--value", given.value);
  if (!given.delete_when.empty()) options.delete_when = ParseDeleteWhen(given.delete_when);
  if (!given.source.empty()) options.source = given.source;
  options.source_field = PathOf("--source-field", given.source_field);
  options.partition = PathOf("--partition", given.partition);
  options.offset = PathOf("--offset", given.offset);
  CheckNumberOfMembers(options);

  options.mode = WordOf(kModes, given.mode);
  options.version_kind = WordOf(kVersionKinds, given.version_kind);
  options.tie = WordOf(kTies, given.tie);
  if (!given.ignore.empty()) options.ignored_members = ParseIgnored(given.ignore);
  options.canonical_json = given.canonical_json;
  CheckJsonContent(options);

  options.bulk = given.bulk;
  options.batch_records = given.batch;
  if (given.batch == 0) options.batch_records = given.bulk ? kBulkRecords : kRecords;
  options.durability = given.durability == "async" ? Durability::kAsync : Durability::kSync;
  options.on_invalid =
      given.on_invalid == "quarantine" ? InvalidPolicy::kQuarantine : InvalidPolicy::kRejectBatch;
  options.from_start = given.from_start;
  options.growing = given.growing;
  return options;
}

// The size of all files together, or 0 when it cannot be known. Errors: a file is missing, or
// cannot be reached.
Result<std::uint64_t> TotalBytes(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  bool known = true;
  for (const std::string& file : files) {
    std::error_code error;
    if (file != "-" && !std::filesystem::exists(file, error)) {
      if (error) return Error(ErrorCode::kIoError, fmt::format("{}: {}", file, error.message()));
      return Error(ErrorCode::kNotFound, fmt::format("{}: no such file", file));
    }
    const bool regular = file != "-" && std::filesystem::is_regular_file(file, error);
    known = known && regular;
    if (regular) total += std::filesystem::file_size(file, error);
  }
  return known ? total : 0;
}

ExitCode PrintSummary(const IngestSummary& summary, const CommonOptions& common) {
  if (summary.bad_line) {
    WriteToStderr(summary.bad_line->ToString() + "\n");
    if (!summary.error) Complain("stopped there; everything before that line is committed");
  }
  if (summary.error) Complain(summary.error->ToString());
  if (summary.interrupted) Complain("interrupted; everything counted below is committed");
  const ExitCode printed = PrintLine(common.json ? summary.ToJson() : summary.ToText());
  if (summary.unseen_members) {
    for (const std::string& member : *summary.unseen_members) Complain("no line had " + member);
  }
  const std::string refused = summary.RefusedText(common.db);
  if (!refused.empty()) Complain(refused);
  if (summary.error) return ExitCodeOf(summary.error->code());
  return summary.ok() ? printed : ExitCode::kFailure;
}

ExitCode RunIngest(const IngestOptions& options, const CommonOptions& common) {
  InstallSignalHandlers();
  Result<std::uint64_t> total = TotalBytes(options.files);
  if (!total) return Report(total.error(), common);
  SinkOptions sink_options;
  // Commits follow each other without waiting for the disk; the ingester counts each one only when
  // it is durable.
  sink_options.durability = Durability::kAsync;
  sink_options.background_sync = options.durability == Durability::kSync;
  sink_options.on_invalid = options.on_invalid;
  sink_options.limits = LimitsOf(options);
  Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::Open(options.db, sink_options);
  if (!sink) return Report(sink.error(), common);

  Progress progress(*total, "records");
  const IngestSummary summary = Ingester(options, sink->get(), &progress).Run();
  progress.Clear();
  return PrintSummary(summary, common);
}

}  // namespace

void AddIngestCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "ingest", "Bring files into a table, once");
  const auto given = std::make_shared<IngestArguments>();
  DeclareRecord(app, given.get());
  DeclarePositions(app, given.get());
  DeclareTable(app, given.get());
  DeclareRun(app, given.get());
  app->callback([given, line] {
    *line.run = [options = Understand(*given, line.common->db), common = *line.common] {
      return RunIngest(options, common);
    };
  });
}

}  // namespace idem::cli
