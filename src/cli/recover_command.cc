// SPDX-License-Identifier: Apache-2.0
//
// idem recover: what can be kept of a store that does not open, and going on with that.

#include <fmt/format.h>
#include <idem/recovery.h>

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/output/json.h"
#include "cli/output/output.h"
#include "cli/output/table_json.h"

namespace idem::cli {
namespace {

std::string Text(std::optional<std::int64_t> next) {
  return next ? std::to_string(*next) : std::string("-");
}

template <typename Number>
Json NumberOrNull(std::optional<Number> number) {
  return number ? Json(*number) : Json(nullptr);
}

Json PlanJson(const RecoveryPlan& plan) {
  Json sources = Json::array();
  for (const RecoverySource& source : plan.sources) {
    sources.push_back({{"source", source.source},
                       {"partition", PartitionJson(source.partition)},
                       {"kept", NumberOrNull(source.kept)},
                       {"acknowledged", NumberOrNull(source.acknowledged)}});
  }
  return {{"needed", plan.needed}, {"possible", plan.possible},
          {"damage", plan.damage}, {"commit", plan.commit},
          {"lost", plan.lost()},   {"durable_commit", NumberOrNull(plan.durable_commit)},
          {"sources", sources}};
}

std::string WhatToDo(const RecoveryPlan& plan) {
  if (!plan.needed) return "nothing to recover\n";
  if (!plan.possible) {
    return "nothing can be kept: restore a backup, or ingest into a new store what `idem scan` can "
           "read\n";
  }
  return fmt::format("to go on with commit {}, and without what came after it: --accept {}\n",
                     plan.commit, plan.commit);
}

// Sources stand as lines of source, partition, next kept and next acknowledged.
void AppendPlan(const RecoveryPlan& plan, std::string* out) {
  const auto back = std::back_inserter(*out);
  for (const std::string& damage : plan.damage) fmt::format_to(back, "DAMAGED {}\n", damage);
  if (!plan.possible) return;
  fmt::format_to(back, "commit {} can be kept", plan.commit);
  if (!plan.durable_commit) {
    fmt::format_to(back, "; which one was acknowledged last is not known\n");
  } else {
    fmt::format_to(back, "; {} was acknowledged, {} lost\n", *plan.durable_commit, plan.lost());
  }
  for (const RecoverySource& source : plan.sources) {
    fmt::format_to(back, "{}\t{}\t{}\t{}\n", source.source, source.partition.ToString(),
                   Text(source.kept), Text(source.acknowledged));
  }
}

ExitCode RunPlan(const CommonOptions& common) {
  Result<RecoveryPlan> plan = PlanRecovery(common.db);
  if (!plan) return Report(plan.error(), common);
  Output output;
  if (common.json) {
    output.buffer()->append(DumpJson(PlanJson(*plan)) + "\n");
  } else {
    AppendPlan(*plan, output.buffer());
    output.buffer()->append(WhatToDo(*plan));
  }
  const ExitCode printed = output.Finish();
  return plan->needed ? ExitCode::kFindings : printed;
}

ExitCode RunAccept(std::uint64_t commit, const CommonOptions& common) {
  Result<RecoveryReport> report = Recover(common.db, commit);
  if (!report) return Report(report.error(), common);
  if (common.json) {
    Json json = PlanJson(report->plan);
    json["writer_epoch"] = report->entry.writer_epoch;
    return PrintLine(DumpJson(json));
  }
  Output output;
  AppendPlan(report->plan, output.buffer());
  output.buffer()->append(fmt::format("recovered at commit {}\n", report->plan.commit));
  return output.Finish();
}

}  // namespace

void AddRecoverCommand(const CommandLine& line) {
  CLI::App* app =
      AddCommand(line, line.app, "recover",
                 "Say what can be kept of a store that does not open, or go on with it");
  const auto commit = std::make_shared<std::uint64_t>();
  CLI::Option* accept =
      AddNumber(app, "--accept", commit.get(),
                "Go on with this commit, which is the plan's, and lose what came after");
  app->callback([commit, accept, line] {
    *line.run = [commit = *commit, accepts = accept->count() > 0, common = *line.common] {
      return accepts ? RunAccept(commit, common) : RunPlan(common);
    };
  });
}

}  // namespace idem::cli
