// SPDX-License-Identifier: Apache-2.0
//
// idem checkpoints: how far each source came, and moving one by hand.

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/ingest/fields.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/table_json.h"

namespace idem::cli {
namespace {

struct RewindArguments {
  std::string source;
  std::string partition;
  std::string partition_name;
  std::int64_t to = 0;
  std::string reason;
  std::string incarnation;
  bool with_incarnation = false;
};

void AppendText(const Checkpoint& checkpoint, std::string* out) {
  std::string holes;
  for (const OffsetRange& hole : checkpoint.Holes()) {
    holes += fmt::format("{}[{},{})", holes.empty() ? "" : " ", hole.begin, hole.end);
  }
  fmt::format_to(std::back_inserter(*out), "{}\t{}\t{}\t{}\t{}\t{}\t{}\n", checkpoint.source,
                 checkpoint.partition.ToString(), checkpoint.start, checkpoint.next, holes,
                 checkpoint.incarnation, checkpoint.note);
}

ExitCode RunList(const std::string& source, const CommonOptions& common) {
  Result<OpenStore> store = OpenForReading(common);
  if (!store) return Report(store.error(), common);
  Result<std::vector<Checkpoint>> checkpoints = store->snapshot.Checkpoints(source);
  if (!checkpoints) return Report(checkpoints.error(), common);
  if (!source.empty() && checkpoints->empty()) {
    return Report(Error(ErrorCode::kNotFound,
                        fmt::format("there is no checkpoint of a source '{}'; `idem checkpoints "
                                    "list` shows those there are",
                                    source)),
                  common);
  }
  if (common.json) {
    Json list = Json::array();
    for (const Checkpoint& checkpoint : *checkpoints) list.push_back(CheckpointJson(checkpoint));
    return PrintLine(DumpJson({{"checkpoints", list}}));
  }
  Output output;
  for (const Checkpoint& checkpoint : *checkpoints) AppendText(checkpoint, output.buffer());
  return output.Finish();
}

// A decimal number is a number, all else a name; --partition-name is a name whatever it looks like.
Partition ParsePartition(const RewindArguments& given) {
  Partition partition;
  const std::optional<std::int64_t> number = ParseInteger(given.partition);
  if (!given.partition_name.empty()) {
    partition.name = given.partition_name;
  } else if (number) {
    partition.number = *number;
  } else {
    partition.name = given.partition;
  }
  return partition;
}

ExitCode RunRewind(const RewindArguments& given, const CommonOptions& common) {
  Result<std::unique_ptr<IdempotentSink>> sink = OpenForWriting(common);
  if (!sink) return Report(sink.error(), common);
  const Partition partition = ParsePartition(given);
  RewindOptions rewind{.to = given.to, .reason = given.reason};
  if (given.with_incarnation) rewind.incarnation = given.incarnation;
  Result<void> rewound = (*sink)->Rewind(given.source, partition, rewind);
  if (!rewound) return Report(rewound.error(), common);
  if (!common.json) {
    return PrintLine(fmt::format("{}\t{}\t{}", given.source, partition.ToString(), given.to));
  }
  return PrintLine(DumpJson({{"source", given.source},
                             {"partition", PartitionJson(partition)},
                             {"next", given.to},
                             {"reason", given.reason}}));
}

void AddList(const CommandLine& line, CLI::App* parent) {
  CLI::App* app = AddCommand(
      line, parent, "list",
      "Print source, partition, start, next, holes, incarnation and note of each checkpoint");
  const auto source = std::make_shared<std::string>();
  app->add_option("--source", *source, "Only this source");
  app->callback([source, line] {
    *line.run = [source = *source, common = *line.common] { return RunList(source, common); };
  });
}

void AddRewind(const CommandLine& line, CLI::App* parent) {
  CLI::App* app =
      AddCommand(line, parent, "rewind", "Move a checkpoint; the move is recorded for ever");
  const auto given = std::make_shared<RewindArguments>();
  app->add_option("--source", given->source, "The source")->required();
  CLI::Option* partition = app->add_option(
      "--partition", given->partition, "The partition; a decimal number is a number, else a name");
  CLI::Option* name = app->add_option("--partition-name", given->partition_name,
                                      "The partition's name, also where it looks like a number");
  name->excludes(partition);
  AddNumber(app, "--to", &given->to, "The offset to read next")->required();
  app->add_option("--reason", given->reason, "Why, for the record")->required();
  CLI::Option* incarnation = app->add_option("--incarnation", given->incarnation,
                                             "Accept this life of the partition from now on");
  app->callback([given, line, partition, name, incarnation] {
    if (partition->count() + name->count() == 0) {
      throw CLI::RequiredError("--partition or --partition-name");
    }
    given->with_incarnation = incarnation->count() > 0;
    *line.run = [given = *given, common = *line.common] { return RunRewind(given, common); };
  });
}

}  // namespace

void AddCheckpointsCommand(const CommandLine& line) {
  CLI::App* app = AddCommand(line, line.app, "checkpoints", "How far each source was read");
  app->require_subcommand(1);
  AddList(line, app);
  AddRewind(line, app);
}

}  // namespace idem::cli
