// SPDX-License-Identifier: Apache-2.0
//
// idem_compare: idem and its peers in interleaved rounds. Tables go to stdout, progress to stderr.
// Exit status: 0 measured, 1 something failed (a store without the right rows too), 2 usage,
// 3 --gate found a figure less than half as good as it was.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "chart.h"
#include "peers/registry.h"
#include "plan.h"
#include "report.h"

namespace idem::bench {
namespace {

constexpr int kUsage = 2;
constexpr int kBelowGate = 3;

struct Arguments {
  std::vector<std::string> workloads, peers, probes;
  std::vector<std::size_t> batches = {1000};
  std::vector<std::size_t> value_bytes = {Values().bytes};
  std::vector<std::uint64_t> records = {200'000};
  std::size_t rounds = 5;
  Durability durability = Durability::kAsync;
  std::string directory = std::filesystem::temp_directory_path();
  std::string values, json, svg;
  bool quick = false;
  bool full = false;
  bool gate = false;
};

template <typename Things>
std::vector<std::string> NamesOf(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.emplace_back(thing.name);
  return names;
}

// What there is to say of a plan of one's own.
CLI::Option_group* DeclarePlan(CLI::App* app, Arguments* given) {
  const std::map<std::string, Durability> durabilities = {{"async", Durability::kAsync},
                                                          {"sync", Durability::kSync}};
  CLI::Option_group* own = app->add_option_group("A comparison of one's own");
  own->add_option("--workload", given->workloads, "Which workloads (all)")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllWorkloads())));
  own->add_option("--peer", given->peers, "Which peers (all); the blind put always comes along")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllPeers())));
  own->add_option("--probe", given->probes, "Which single figures (none)")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllProbes())));
  own->add_option("--batch", given->batches, "Records of one commit")
      ->delimiter(',')
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  own->add_option("--value-bytes", given->value_bytes, "Bytes of a value")
      ->delimiter(',')
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  own->add_option("--records", given->records, "Records measured in a run")
      ->delimiter(',')
      ->check(CLI::Range(2, 1'000'000'000))
      ->capture_default_str();
  own->add_option("--rounds", given->rounds, "Runs of each peer")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  own->add_option("--durability", given->durability,
                  "What each commit survives: async (the death of the process) or sync (power loss "
                  "too)")
      ->transform(CLI::CheckedTransformer(durabilities))
      ->default_str("async");
  return own;
}

void Declare(CLI::App* app, Arguments* given) {
  CLI::Option_group* own = DeclarePlan(app, given);
  CLI::Option* quick = app->add_flag("--quick", given->quick,
                                     "What of the goals can be answered within ten minutes");
  CLI::Option* full = app->add_flag("--full", given->full,
                                    "Everything, up to 50 million rows: hours, and 100 GB of disk");
  quick->excludes(full);
  for (CLI::Option* option : own->get_options()) option->excludes(quick)->excludes(full);
  app->add_flag("--gate", given->gate,
                "Fail where a goal's figure is less than half as good as it is known to be");
  app->add_option("--values", given->values,
                  "Ingest new keys with the lines of this file as values, too (.gz and .zst are "
                  "unpacked); skipped when it is not there")
      ->type_name("FILE");
  app->add_option("--dir", given->directory, "Where the stores are made and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app->add_option("--json", given->json, "Everything as one JSON object, into this file")
      ->type_name("FILE");
  app->add_option("--svg", given->svg, "The ratios as a chart, into this file")->type_name("FILE");
}

void AddSteps(const Arguments& given, const std::string& workload, std::uint64_t records,
              Plan* plan) {
  for (const std::size_t batch : given.batches) {
    for (const std::size_t bytes : given.value_bytes) {
      plan->steps.push_back(
          {workload, given.peers, records, batch, given.durability, {.bytes = bytes}});
    }
  }
}

Plan OwnPlan(const Arguments& given) {
  Plan plan{.rounds = given.rounds, .steps = {}, .probes = {}};
  auto workloads = given.workloads;
  if (workloads.empty() && given.probes.empty()) workloads = NamesOf(AllWorkloads());
  for (const std::string& workload : workloads) {
    for (const std::uint64_t records : given.records) AddSteps(given, workload, records, &plan);
  }
  for (const std::string& probe : given.probes) {
    for (const std::uint64_t records : given.records) plan.probes.push_back({probe, records});
  }
  return plan;
}

Plan PlanOf(const Arguments& given) {
  Plan plan = given.quick ? QuickPlan() : given.full ? FullPlan() : OwnPlan(given);
  if (given.values.empty()) return plan;
  if (!std::filesystem::exists(given.values)) {
    fmt::print(stderr, "skipped: {} is not there\n", given.values);
    return plan;
  }
  plan.steps.push_back({"fresh", given.peers, given.records.front(), given.batches.front(),
                        given.durability, ReadValues(given.values)});
  return plan;
}

void WriteFile(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path);
}

bool PassesGate(const Results& results) {
  bool passes = true;
  for (const JudgedGoal& judged : Judge(AllGoals(), results)) {
    if (!judged.BelowGate()) continue;
    fmt::print(stderr, "{}: {:.2f}, where {:.2f} is expected\n", judged.goal->name,
               judged.found->median, *judged.goal->expected);
    passes = false;
  }
  return passes;
}

int Main(int argc, char** argv) {
  Arguments given;
  CLI::App app("Measures idem beside other ways to do the same job.", "idem_compare");
  Declare(&app, &given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  const auto save = [&](const Results& results) {
    WriteFile(given.json, ToJson(results));
    WriteFile(given.svg, ToSvg(results));
  };
  // Saved after each step, so that a long comparison cut short keeps what it has measured.
  const Results results =
      Carry(PlanOf(given), given.directory,
            {[](const std::string& what) { fmt::print(stderr, "{}\n", what); }, save});
  fmt::print("{}", ToMarkdown(results));
  return given.gate && !PassesGate(results) ? kBelowGate : 0;
}

}  // namespace
}  // namespace idem::bench

int main(int argc, char** argv) {
  try {
    return idem::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "idem_compare: {}\n", error.what());
    return 1;
  }
}
