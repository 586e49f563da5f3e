// SPDX-License-Identifier: Apache-2.0

#include "plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "peers/registry.h"

namespace idem::bench {
namespace {

constexpr auto kSync = Durability::kSync;
constexpr std::uint64_t kThousand = 1000;
constexpr std::uint64_t kMillion = 1'000'000;

// Where something is there before: beside idem what a host writes by hand, and the fastest of the
// stores that are libraries.
const std::vector<std::string> kDeciding = {"idem", "rocks_get_put", "lmdb_writemap"};
const std::vector<std::string> kDrained = {"idem", "rocks_blind_put_best"};
const std::vector<std::string> kEveryKind = {
    "rocks_blind_put_best", "idem", "rocks_get_put", "rocks_multiget_put", "rocks_transaction",
    "sqlite_upsert",        "lmdb", "lmdb_writemap", "redis_set_nx",       "postgres_unnest"};
const std::vector<std::string> kOldDuplicates = {
    "idem",          "idem_small_identities", "idem_fingerprints", "idem_no_identities",
    "rocks_get_put", "lmdb_writemap"};
const std::vector<std::string> kPipelined = {"idem", "idem_background"};
const std::vector<std::string> kSynced = {"idem", "idem_background", "sqlite_upsert",
                                          "lmdb", "redis_set_nx",    "postgres_unnest"};

template <typename Thing>
const Thing& Named(std::span<const Thing> things, std::string_view name) {
  for (const Thing& thing : things) {
    if (thing.name == name) return thing;
  }
  throw std::invalid_argument(fmt::format("nothing here is called {}", name));
}

class Carrier {
 public:
  Carrier(std::size_t rounds, const std::filesystem::path& parent, const PlanReport& report)
      : rounds_(rounds), parent_(parent), report_(report) {}

  void Take(const Step& step) {
    const Workload& workload = Named(AllWorkloads(), step.workload);
    const RunSettings settings{step.records, step.batch, step.durability, parent_, step.values};
    const auto peers = PeersFor(step, workload);
    results_.comparisons.push_back(
        Compare(peers, workload, settings, rounds_, [&](std::size_t round, const PeerKind& peer) {
          report_.before(fmt::format("{}, {} records, batch {}, values {}, round {} of {}: {}",
                                     workload.name, step.records, step.batch, ToString(step.values),
                                     round + 1, rounds_, peer.name));
        }));
    report_.after(results_);
  }

  void Take(const ProbeStep& step) {
    const Probe& probe = Named(AllProbes(), step.probe);
    ProbeSeries series{&probe, step.records, {}};
    const std::size_t rounds = step.rounds == 0 ? rounds_ : step.rounds;
    for (std::size_t round = 0; round < rounds; ++round) {
      report_.before(fmt::format("{}, {} records, round {} of {}", probe.name, step.records,
                                 round + 1, rounds));
      series.rounds.push_back(probe.measure({step.records, parent_}));
    }
    results_.probes.push_back(std::move(series));
    report_.after(results_);
  }

  Results results() && { return std::move(results_); }

 private:
  std::vector<const PeerKind*> PeersFor(const Step& step, const Workload& workload) {
    std::vector<const PeerKind*> peers;
    for (const PeerKind& kind : AllPeers()) {
      const bool named = step.peers.empty() || &kind == &ReferencePeer() ||
                         std::count(step.peers.begin(), step.peers.end(), kind.name) > 0;
      if (!named) continue;
      if (CanTake(kind, workload)) peers.push_back(&kind);
      const std::string missing = Missing(kind);
      if (!missing.empty()) Note(fmt::format("{}: {}", kind.name, missing));
    }
    return peers;
  }

  void Note(const std::string& missing) {
    auto& all = results_.missing;
    if (std::count(all.begin(), all.end(), missing) == 0) all.push_back(missing);
  }

  std::size_t rounds_;
  std::filesystem::path parent_;
  const PlanReport& report_;
  Results results_{
      .environment = ReadEnvironment(), .comparisons = {}, .probes = {}, .missing = {}};
};

}  // namespace

Plan QuickPlan() {
  constexpr std::uint64_t kRecords = 200 * kThousand;
  return {.rounds = 3,
          .steps = {{"fresh", kEveryKind, kRecords},
                    {"upsert_newer", kDeciding, kRecords},
                    {"recent_duplicates", kDeciding, kRecords},
                    {"old_duplicates", kOldDuplicates, kRecords},
                    {"replay", kDeciding, kRecords},
                    {"replay_by_key", kDeciding, kRecords},
                    {"fresh", kPipelined, kRecords, 100, kSync},
                    {"fresh", kSynced, kRecords, 1000, kSync},
                    {"fresh_drained", kDrained, 2 * kMillion}},
          .probes = {{"identity_bytes", 500 * kThousand},
                     {"fingerprint_bytes", 500 * kThousand},
                     {"allocations", 200 * kThousand},
                     {"two_threads", 500 * kThousand, 9},
                     {"reopen", 500 * kThousand},
                     {"ingest", 200 * kThousand}}};
}

Plan FullPlan() {
  Plan plan{.rounds = 5, .steps = {}, .probes = {}};
  for (const std::size_t batch : {100, 1000, 10'000}) {
    for (const Workload& workload : AllWorkloads()) {
      plan.steps.push_back({std::string(workload.name), {}, kMillion, batch});
    }
  }
  plan.steps.push_back({"fresh", kPipelined, 200 * kThousand, 100, kSync});
  plan.steps.push_back({"fresh", kSynced, 500 * kThousand, 1000, kSync});
  plan.steps.push_back({"fresh", {}, 500 * kThousand, 1000, Durability::kAsync, {.bytes = 1024}});
  plan.steps.push_back({"fresh_drained", kDrained, 15 * kMillion});
  plan.steps.push_back({"fresh_drained", kDrained, 50 * kMillion});
  for (const char* probe :
       {"identity_bytes", "fingerprint_bytes", "allocations", "two_threads", "ingest"}) {
    plan.probes.push_back({probe, kMillion});
  }
  plan.probes.push_back({"reopen", 50 * kMillion});
  return plan;
}

Results Carry(const Plan& plan, const std::filesystem::path& parent, const PlanReport& report) {
  Carrier carrier(plan.rounds, parent, report);
  for (const Step& step : plan.steps) carrier.Take(step);
  for (const ProbeStep& step : plan.probes) carrier.Take(step);
  return std::move(carrier).results();
}

}  // namespace idem::bench
