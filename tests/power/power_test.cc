// SPDX-License-Identifier: Apache-2.0
//
// Cuts the power of a machine that ingests, at every operation on its disk and with every way of
// losing what was not synced. The next opening must find the state after some prefix of the
// commits, byte for byte, with everything that was acknowledged as durable (invariants 4 and 5);
// Verify must find nothing; and the host that goes on must end where an uninterrupted one ends.
//
//   IDEM_POWER_WORKLOADS   workloads whose every operation is tried (1)
//   IDEM_POWER_CUTS        losses at random, of machines that lose power again and again (400)
//   IDEM_POWER_SEED        the first workload, and the seed of the machines (3)
//   IDEM_POWER_POINT, IDEM_POWER_LOSS   that cut of that workload alone
//   IDEM_POWER_MACHINE     that machine alone

#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "power/power_cycle.h"
#include "support/settings.h"

namespace idem::power {
namespace {

using testing::Setting;

constexpr std::size_t kBatches = 50;
constexpr std::size_t kMachinesAtOnce = 32;

std::vector<Cut> CutsOf(const Recording& recording) {
  const auto only_point = Setting("IDEM_POWER_POINT");
  const auto only_loss = Setting("IDEM_POWER_LOSS");
  std::vector<Cut> cuts;
  for (std::size_t point = 0; point <= recording.operations.size(); ++point) {
    for (std::size_t loss = 0; loss < kLosses; ++loss) {
      if (point != only_point.value_or(point) || loss != only_loss.value_or(loss)) continue;
      cuts.push_back({point, static_cast<Loss>(loss)});
    }
  }
  return cuts;
}

std::string Again(std::uint64_t seed, const Cut& cut) {
  return "IDEM_POWER_SEED=" + std::to_string(seed) +
         " IDEM_POWER_WORKLOADS=1 IDEM_POWER_POINT=" + std::to_string(cut.point) +
         " IDEM_POWER_LOSS=" + std::to_string(static_cast<int>(cut.loss)) +
         " power --gtest_filter=Power.EveryOperation";
}

void CutEverywhere(std::uint64_t seed, Isolation* isolation, PowerTally* tally) {
  const Workload workload(seed, kBatches);
  const testing::Scratch scratch("idem-power-first");
  const Recording recording = Record(workload, scratch.path() / "store");
  const std::vector<Cut> cuts = CutsOf(recording);
  std::cout << "workload " << seed << ": " << recording.operations.size()
            << " operations, fingerprint " << recording.Fingerprint() << "\n";
  isolation->Run(
      cuts.size(),
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        CutOnce(workload, recording, cuts[i], directory, report);
      },
      [&](std::size_t i, const CycleReport& report) { tally->Add(report, Again(seed, cuts[i])); });
}

TEST(Power, EveryOperation) {
  const std::uint64_t first = Setting("IDEM_POWER_SEED").value_or(3);
  const std::uint64_t workloads = Setting("IDEM_POWER_WORKLOADS").value_or(1);
  Isolation isolation({});
  PowerTally tally;
  for (std::uint64_t seed = first; seed < first + workloads; ++seed) {
    CutEverywhere(seed, &isolation, &tally);
  }
  tally.Print("every operation");
  EXPECT_GT(tally.Of(CycleEnd::kHeld), 0U);
}

TEST(Power, AgainAndAgain) {
  const std::uint64_t seed = Setting("IDEM_POWER_SEED").value_or(3);
  const auto only = Setting("IDEM_POWER_MACHINE");
  const std::uint64_t goal = Setting("IDEM_POWER_CUTS").value_or(400);
  const Fleet fleet;
  Isolation isolation({});
  PowerTally tally;
  std::uint64_t first = only.value_or(0);
  do {
    const std::size_t machines = only ? 1 : kMachinesAtOnce;
    isolation.Run(
        machines,
        [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
          fleet.CutAgainAndAgain(testing::Mix(seed, 5000 + first + i), directory, report);
        },
        [&](std::size_t i, const CycleReport& report) {
          tally.Add(report, "IDEM_POWER_SEED=" + std::to_string(seed) +
                                " IDEM_POWER_MACHINE=" + std::to_string(first + i) +
                                " power --gtest_filter=Power.AgainAndAgain");
        });
    first += machines;
  } while (!only && tally.cuts() < goal);
  tally.Print("again and again");
  EXPECT_GT(tally.Of(CycleEnd::kHeld), 0U);
}

// Found as IDEM_POWER_SEED=4 IDEM_POWER_POINT=66, where it was one of eight losses that were mixed:
// RocksDB leaves a log unsynced when it begins the next one, and does not notice when the end of
// the first is missing.
TEST(Power, NoHoleBetweenTwoLogs) {
  const Workload workload(4, kBatches);
  const testing::Scratch scratch("idem-power-logs");
  const Recording recording = Record(workload, scratch.path() / "store");
  Isolation isolation({});
  PowerTally tally;
  isolation.Run(
      recording.operations.size() + 1,
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        CutOnce(workload, recording, {i, Loss::kLatestFile}, directory, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        tally.Add(report, Again(workload.seed(), {i, Loss::kLatestFile}));
      });
  EXPECT_EQ(tally.Of(CycleEnd::kHeld), recording.operations.size() + 1);
}

// Without this nothing above could be repeated: the same workload does the same to the disk.
TEST(Power, ARunIsAFunctionOfItsSeed) {
  const Workload workload(7, kBatches);
  const testing::Scratch scratch("idem-power-twice");
  const std::uint64_t once = Record(workload, scratch.path() / "once").Fingerprint();
  EXPECT_EQ(Record(workload, scratch.path() / "twice").Fingerprint(), once);
}

}  // namespace
}  // namespace idem::power
