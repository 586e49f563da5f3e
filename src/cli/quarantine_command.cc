// SPDX-License-Identifier: Apache-2.0
//
// idem quarantine: the records that were refused, and what is to become of them.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/output/error_json.h"
#include "cli/output/json.h"
#include "cli/output/key_text.h"
#include "cli/output/output.h"
#include "cli/output/shell_word.h"
#include "cli/output/table_json.h"

namespace idem::cli {
namespace {

struct ListArguments {
  std::string table;
  bool all = false;
  std::size_t limit = QuarantineQuery().limit;
  std::string after;
};

struct ResolveArguments {
  std::vector<std::string> ids;
  bool accept = false;
  bool discard = false;
};

struct PurgeArguments {
  std::uint64_t below_commit = 0;
};

std::string_view ToString(QuarantineState state) {
  switch (state) {
    case QuarantineState::kOpen:
      return "open";
    case QuarantineState::kAccepted:
      return "accepted";
    case QuarantineState::kDiscarded:
      return "discarded";
  }
  return "";
}

std::string_view ToString(Operation operation) {
  switch (operation) {
    case Operation::kInsert:
      return "insert";
    case Operation::kUpsert:
      return "upsert";
    case Operation::kDelete:
      return "delete";
    case Operation::kReject:
      return "reject";
  }
  return "";
}

// An encoded key of the store as text: as JSON, or "null" when the record had none or a broken one.
std::string KeyText(const std::string& encoded) {
  std::string text;
  Result<Key> key = Key::FromEncoded(encoded);
  if (encoded.empty() || !key) return "null";
  AppendKeyJson(*key, &text);
  return text;
}

// Composed as text because key, version and value are JSON texts of their own.
std::string EntryJson(const QuarantineEntry& entry) {
  std::string version;
  AppendVersionJson(entry.version, &version);
  std::string value;
  AppendValueJson(entry.value, &value);
  const Json head = {
      {"id", entry.id.ToString()},
      {"table", entry.table},
      {"state", ToString(entry.state)},
      {"verdict", idem::ToString(entry.verdict)},
      {"reason", idem::ToString(entry.reason)},
      {"operation", ToString(entry.operation)},
      {"why", entry.why},
      {"source", entry.source.empty() ? Json(nullptr) : Json(entry.source)},
      {"partition", entry.source.empty() ? Json(nullptr) : PartitionJson(entry.partition)},
      {"offset", entry.source.empty() ? Json(nullptr) : Json(entry.offset)},
      {"commit", entry.commit},
      {"winning_commit", entry.winning_commit},
      {"wall_micros", entry.wall_micros},
      {"value_bytes", entry.value_bytes}};
  std::string json = DumpJson(head);
  json.pop_back();
  return json + fmt::format(",\"key\":{},\"version\":{},\"event_id\":{},\"value\":{}}}",
                            KeyText(entry.key), version, KeyText(entry.event_id), value);
}

void AppendText(const QuarantineEntry& entry, std::string* out) {
  const std::string position =
      entry.source.empty()
          ? ""
          : fmt::format("{}/{}@{}", entry.source, entry.partition.ToString(), entry.offset);
  fmt::format_to(std::back_inserter(*out), "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", entry.id.ToString(),
                 entry.table, ToString(entry.state), idem::ToString(entry.verdict),
                 idem::ToString(entry.reason), KeyText(entry.key), position, entry.why);
}

Result<QuarantineQuery> ParseQuery(const ListArguments& given) {
  QuarantineQuery query{.table = given.table, .include_resolved = given.all, .limit = given.limit};
  if (given.after.empty()) return query;
  Result<QuarantineId> after = QuarantineId::Parse(given.after);
  if (!after) return after.error();
  query.after = *after;
  return query;
}

// One entry more than the page may have: whether there are more. Errors: those of a snapshot.
Result<std::vector<QuarantineEntry>> ReadPage(const Snapshot& snapshot, QuarantineQuery query,
                                              bool* more) {
  const std::size_t limit = query.limit;
  if (limit < SIZE_MAX) query.limit = limit + 1;
  Result<std::vector<QuarantineEntry>> entries = snapshot.Quarantine(query);
  *more = entries && entries->size() > limit;
  if (*more) entries->resize(limit);
  return entries;
}

// Nobody should take a page for all there is.
void SayHowToGoOn(const ListArguments& given, const std::string& db, const QuarantineId& last) {
  const std::string table = given.table.empty() ? "" : " --table " + ShellWord(given.table);
  Complain(
      fmt::format("there are more; go on with: idem quarantine list --db {}{}{} --limit {} "
                  "--after {}",
                  ShellWord(db), table, given.all ? " --all" : "", given.limit, last.ToString()));
}

ExitCode RunList(const ListArguments& given, const CommonOptions& common) {
  Result<QuarantineQuery> query = ParseQuery(given);
  if (!query) return Report(query.error(), common);
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  bool more = false;
  Result<std::vector<QuarantineEntry>> entries = ReadPage(store->snapshot, *query, &more);
  if (!entries) return Report(entries.error(), common);

  Output output;
  if (common.json) output.buffer()->append("{\"entries\":[");
  for (const QuarantineEntry& entry : *entries) {
    if (!common.json) {
      AppendText(entry, output.buffer());
    } else {
      if (&entry != entries->data()) output.buffer()->push_back(',');
      output.buffer()->append(EntryJson(entry));
    }
    if (!output.Continue()) return ExitCode::kFailure;
  }
  if (common.json) output.buffer()->append("]}\n");
  const ExitCode finished = output.Finish();
  if (more && !entries->empty()) SayHowToGoOn(given, common.db, entries->back().id);
  return finished;
}

ExitCode RunShow(const std::string& text, const CommonOptions& common) {
  Result<QuarantineId> id = QuarantineId::Parse(text);
  if (!id) return Report(id.error(), common);
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<std::optional<QuarantineEntry>> entry = store->snapshot.GetQuarantined(*id);
  if (!entry) return Report(entry.error(), common);
  if (!*entry) {
    return Report(Error(ErrorCode::kNotFound, "no such entry; see idem quarantine list"), common);
  }
  return PrintLine(EntryJson(**entry));
}

Result<std::vector<QuarantineId>> ParseIds(const std::vector<std::string>& texts) {
  std::vector<QuarantineId> ids;
  for (const std::string& text : texts) {
    Result<QuarantineId> id = QuarantineId::Parse(text);
    if (!id) return id.error();
    ids.push_back(*id);
  }
  return ids;
}

// `id` could not be resolved; those before it were.
ExitCode ReportStop(const QuarantineId& id, const Error& said, const Json& resolved,
                    const CommonOptions& common) {
  const Error error(said.code(), fmt::format("entry {}: {}", id.ToString(), said.message()));
  if (resolved.empty() || !common.json) return Report(error, common);
  Complain(error.ToString());
  Json told = ErrorJson(error);
  if (error.next_step() == NextStep::kFixInput) {
    told["remedy"] = "the entries are resolved; correct the other ids and call again";
  }
  PrintLine(DumpJson({{"entries", resolved}, {"error", told}}));
  return ExitCodeOf(error.code());
}

// Up to the first that cannot be: resolving the same ones again is no error.
ExitCode RunResolve(const ResolveArguments& given, const CommonOptions& common) {
  Result<std::vector<QuarantineId>> ids = ParseIds(given.ids);
  if (!ids) return Report(ids.error(), common);
  Result<std::unique_ptr<IdempotentSink>> sink = OpenForWriting(common);
  if (!sink) return Report(sink.error(), common);
  const Resolution resolution = given.accept ? Resolution::kAccept : Resolution::kDiscard;
  const std::string_view state = given.accept ? "accepted" : "discarded";
  Json entries = Json::array();
  for (const QuarantineId& id : *ids) {
    Result<void> resolved = (*sink)->Resolve(id, resolution);
    if (!resolved) return ReportStop(id, resolved.error(), entries, common);
    entries.push_back({{"id", id.ToString()}, {"state", state}});
    if (common.json) continue;
    const ExitCode printed = PrintLine(fmt::format("{}\t{}", id.ToString(), state));
    if (printed != ExitCode::kOk) return printed;
  }
  return common.json ? PrintLine(DumpJson({{"entries", entries}})) : ExitCode::kOk;
}

ExitCode RunPurge(const PurgeArguments& given, const CommonOptions& common) {
  Result<std::unique_ptr<IdempotentSink>> sink = OpenForWriting(common);
  if (!sink) return Report(sink.error(), common);
  Result<std::uint64_t> purged = (*sink)->PurgeQuarantine(given.below_commit);
  if (!purged) return Report(purged.error(), common);
  if (!common.json) return PrintLine(fmt::format("purged\t{}", *purged));
  return PrintLine(DumpJson({{"purged", *purged}}));
}

void AddList(const CommandLine& line, CLI::App* parent) {
  CLI::App* app =
      AddCommand(line, parent, "list",
                 "Print id, table, state, verdict, reason, key, position and why of each entry");
  const auto given = std::make_shared<ListArguments>();
  app->add_option("--table", given->table, "Only this table");
  app->add_flag("--all", given->all, "Also those that are resolved");
  AddNumber(app, "--limit", &given->limit, "At most this many")
      ->default_str(std::to_string(given->limit));
  app->add_option("--after", given->after, "The last id of the page before")->type_name("ID");
  app->callback([given, line] {
    *line.run = [given = *given, common = *line.common] { return RunList(given, common); };
  });
}

void AddShow(const CommandLine& line, CLI::App* parent) {
  CLI::App* app = AddCommand(line, parent, "show", "Print one entry with its value, as JSON");
  const auto id = std::make_shared<std::string>();
  app->add_option("ID", *id, "The entry")->required();
  app->callback([id, line] {
    *line.run = [id = *id, common = *line.common] { return RunShow(id, common); };
  });
}

void AddResolve(const CommandLine& line, CLI::App* parent) {
  CLI::App* app = AddCommand(line, parent, "resolve", "End entries, one way or the other");
  const auto given = std::make_shared<ResolveArguments>();
  AddWords(app, "ID", &given->ids, "The entries")->required()->type_name("");
  CLI::Option* accept =
      app->add_flag("--accept", given->accept, "Apply the records, whatever the stored rows say");
  app->add_flag("--discard", given->discard, "Leave the rows as they are")->excludes(accept);
  app->callback([given, line] {
    if (given->accept == given->discard) throw CLI::RequiredError("--accept or --discard");
    *line.run = [given = *given, common = *line.common] { return RunResolve(given, common); };
  });
}

void AddPurge(const CommandLine& line, CLI::App* parent) {
  CLI::App* app =
      AddCommand(line, parent, "purge", "Remove resolved entries that old commits refused");
  const auto given = std::make_shared<PurgeArguments>();
  AddNumber(app, "--below-commit", &given->below_commit, "Only those that earlier commits refused")
      ->required();
  app->callback([given, line] {
    *line.run = [given = *given, common = *line.common] { return RunPurge(given, common); };
  });
}

}  // namespace

void AddQuarantineCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "quarantine", "The records that were refused");
  app->require_subcommand(1);
  AddList(line, app);
  AddShow(line, app);
  AddResolve(line, app);
  AddPurge(line, app);
}

}  // namespace idem::cli
