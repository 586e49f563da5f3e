// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulate.h"

#include <map>

#include "simulation/world.h"
#include "support/isolation.h"

namespace idem::simulation {
namespace {

using testing::CycleEnd;
using testing::CycleReport;

// What CycleReport::counts hold.
enum Count : std::uint8_t { kFingerprintHigh, kFingerprintLow, kOperations, kCommits };

void RunOne(std::uint64_t seed, const std::filesystem::path& directory, ProbeBoard* probes,
            const power::StoreWrapper& wrapper, CycleReport* report) {
  std::filesystem::create_directories(directory);
  World world(ConditionsOf(seed), directory / "store", probes, wrapper);
  world.Run();
  const std::uint64_t fingerprint = world.Fingerprint();
  report->counts[kFingerprintHigh] = static_cast<std::uint32_t>(fingerprint >> 32);
  report->counts[kFingerprintLow] = static_cast<std::uint32_t>(fingerprint);
  report->counts[kOperations] = static_cast<std::uint32_t>(world.operations());
  report->counts[kCommits] = static_cast<std::uint32_t>(world.history().current());
  report->Say(CycleEnd::kHeld, "");
}

std::uint64_t FingerprintOf(const CycleReport& report) {
  return (std::uint64_t{report.counts[kFingerprintHigh]} << 32) | report.counts[kFingerprintLow];
}

std::string Again(std::uint64_t seed) {
  return "\nagain: IDEM_SIM_SEED=" + std::to_string(seed) +
         " IDEM_SIM_TRACE=1 simulation --gtest_filter=Simulation.Worlds";
}

}  // namespace

Tally Simulate(const std::vector<std::uint64_t>& seeds, std::uint64_t twice, ProbeBoard* probes,
               const power::StoreWrapper& wrapper, const Failed& failed) {
  std::vector<std::uint64_t> runs;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    runs.push_back(seeds[i]);
    if (twice != 0 && i % twice == 0) runs.push_back(seeds[i]);
  }
  Tally tally;
  std::map<std::uint64_t, std::uint64_t> fingerprints;  // by seed, of the first run that ended
  testing::Isolation isolation({});
  isolation.Run(
      runs.size(),
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        RunOne(runs[i], directory, probes, wrapper, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        const std::uint64_t seed = runs[i];
        ++tally.worlds;
        if (report.end != CycleEnd::kHeld) {
          ++tally.violations;
          return failed(seed, report.text.data() + Again(seed));
        }
        tally.operations += report.counts[kOperations];
        tally.commits += report.counts[kCommits];
        const auto [first, is_new] = fingerprints.emplace(seed, FingerprintOf(report));
        if (is_new) return;
        ++tally.compared;
        if (first->second == FingerprintOf(report)) return;
        ++tally.diverged;
        failed(seed, "two runs of it differ" + Again(seed));
      });
  return tally;
}

}  // namespace idem::simulation
