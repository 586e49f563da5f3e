// SPDX-License-Identifier: Apache-2.0
//
// idem_compare: idem and its peers in interleaved rounds. Tables go to stdout, progress to stderr.
// Exit status: 0 measured, 1 something failed (a store without the right rows too), 2 usage.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "environment.h"
#include "peers/registry.h"
#include "report.h"
#include "rounds.h"
#include "workload.h"

namespace idem::bench {
namespace {

constexpr int kUsage = 2;
constexpr std::uint64_t kQuickRecords = 20'000;
constexpr std::size_t kQuickRounds = 3;

struct Arguments {
  std::vector<std::string> workloads, peers;
  std::vector<std::size_t> batches = {1000};
  std::uint64_t records = 200'000;
  std::size_t rounds = 5;
  Durability durability = Durability::kAsync;
  std::string directory = std::filesystem::temp_directory_path();
  std::string json;
  bool quick = false;
};

template <typename Things>
std::vector<std::string> NamesOf(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.emplace_back(thing.name);
  return names;
}

// Those that were named, or all; in the order in which they are declared.
template <typename Things>
auto Chosen(const Things& things, const std::vector<std::string>& names) {
  std::vector<decltype(&things.front())> chosen;
  for (const auto& thing : things) {
    if (names.empty() || std::count(names.begin(), names.end(), thing.name) > 0) {
      chosen.push_back(&thing);
    }
  }
  return chosen;
}

void Declare(CLI::App* app, Arguments* given) {
  const std::map<std::string, Durability> durabilities = {{"async", Durability::kAsync},
                                                          {"sync", Durability::kSync}};
  app->add_option("--workload", given->workloads, "Which workloads (all)")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllWorkloads())));
  app->add_option("--peer", given->peers, "Which peers (all); the blind put always comes along")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllPeers())));
  app->add_option("--batch", given->batches, "Records of one commit")
      ->delimiter(',')
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  CLI::Option* records = app->add_option("--records", given->records, "Records measured in a run")
                             ->check(CLI::Range(2, 1'000'000'000))
                             ->capture_default_str();
  CLI::Option* rounds = app->add_option("--rounds", given->rounds, "Runs of each peer")
                            ->check(CLI::Range(1, 1000))
                            ->capture_default_str();
  app->add_option("--durability", given->durability,
                  "What each commit survives: async (the death "
                  "of the process) or sync (power loss too)")
      ->transform(CLI::CheckedTransformer(durabilities))
      ->default_str("async");
  app->add_option("--dir", given->directory, "Where the stores are made and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app->add_option("--json", given->json, "Every run, into this file")->type_name("FILE");
  app->add_flag("--quick", given->quick,
                fmt::format("{} records, {} rounds", kQuickRecords, kQuickRounds))
      ->excludes(records, rounds);
}

std::vector<const PeerKind*> PeersFor(std::vector<std::string> names) {
  if (!names.empty()) names.emplace_back(ReferencePeer().name);
  return Chosen(AllPeers(), names);
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path);
}

std::vector<Comparison> CompareAll(const Arguments& given, const Environment& environment) {
  const auto peers = PeersFor(given.peers);
  std::vector<Comparison> comparisons;
  for (const Workload* workload : Chosen(AllWorkloads(), given.workloads)) {
    for (const std::size_t batch : given.batches) {
      const RunSettings settings{given.records, batch, given.durability, given.directory};
      const auto report = [&](std::size_t round, const PeerKind& peer) {
        fmt::print(stderr, "{}, batch {}, round {} of {}: {}\n", workload->name, batch, round + 1,
                   given.rounds, peer.name);
      };
      comparisons.push_back(Compare(peers, *workload, settings, given.rounds, report));
      // After each workload, so that a long comparison cut short keeps what it has measured.
      if (!given.json.empty()) WriteFile(given.json, ToJson(comparisons, environment));
    }
  }
  return comparisons;
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
  if (given.quick) {
    given.records = kQuickRecords;
    given.rounds = kQuickRounds;
  }
  const Environment environment = ReadEnvironment();
  const std::vector<Comparison> comparisons = CompareAll(given, environment);
  fmt::print("{}", ToMarkdown(comparisons, environment));
  return 0;
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
