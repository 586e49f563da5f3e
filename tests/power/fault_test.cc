// SPDX-License-Identifier: Apache-2.0
//
// Makes the n-th operation on the disk fail, for every n, with every kind of error, once or in
// bursts or until somebody mends the disk, and every third time loses the power after it. See
// fault_cycle.h for what must hold.
//
//   IDEM_FAULT_POINTS      how many cycles, spread evenly over all points (900)
//   IDEM_FAULT_PAIRS       how many with two writers, whose commits are paired (60)
//   IDEM_FAULT_WORKLOADS   workloads among which they are spread (1)
//   IDEM_FAULT_SEED        the first workload (1)
//   IDEM_FAULT_POINT       that cycle of all points of that workload alone

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "power/fault_cycle.h"
#include "support/settings.h"

namespace idem::power {
namespace {

using testing::Setting;

constexpr std::size_t kBatches = 40;
constexpr std::size_t kBatchesOfTwo = 20;
constexpr std::array<std::uint64_t, 5> kBursts = {1, 3, 8, 40, kUntilHealed};

std::vector<FaultPlan> AllPlans(const Workload& workload, const std::filesystem::path& directory) {
  std::vector<FaultPlan> plans;
  for (std::size_t i = 0; i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    const std::uint64_t operations = CountOperations(workload, fault, directory);
    for (std::uint64_t first = 0; first < operations; ++first) {
      for (const std::uint64_t burst : kBursts) plans.push_back({fault, first, burst});
    }
  }
  return plans;
}

// Which of so many points to try. The step shares no factor with the number of bursts, so that all
// of them have their turn.
std::vector<std::size_t> Choose(std::size_t points, std::size_t wanted) {
  if (const auto only = Setting("IDEM_FAULT_POINT")) return {static_cast<std::size_t>(*only)};
  std::size_t step = std::max<std::size_t>(points / std::max<std::size_t>(wanted, 1), 1);
  while (std::gcd(step, kBursts.size()) != 1) ++step;
  std::vector<std::size_t> chosen;
  for (std::size_t point = 0; point < points; point += step) chosen.push_back(point);
  return chosen;
}

void FailEverywhere(const Workload& workload, std::string_view test, std::size_t wanted,
                    Isolation* isolation, FaultTally* tally) {
  const testing::Scratch scratch("idem-fault-first");
  const std::vector<FaultPlan> plans = AllPlans(workload, scratch.path() / "store");
  const std::vector<std::size_t> chosen = Choose(plans.size(), wanted);
  std::cout << "workload " << workload.seed() << ": " << chosen.size() << " of " << plans.size()
            << " points\n";
  isolation->Run(
      chosen.size(),
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        FailOnce(workload, plans.at(chosen[i]), directory, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        tally->Add(report, plans.at(chosen[i]).fault,
                   "IDEM_FAULT_SEED=" + std::to_string(workload.seed()) +
                       " IDEM_FAULT_WORKLOADS=1" +
                       " IDEM_FAULT_POINT=" + std::to_string(chosen[i]) +
                       " fault --gtest_filter=Fault." + std::string(test));
      });
}

void FailInWorkloads(std::string_view test, std::size_t batches, std::size_t writers,
                     std::uint64_t points) {
  const std::uint64_t first = Setting("IDEM_FAULT_SEED").value_or(1);
  const std::uint64_t workloads = Setting("IDEM_FAULT_WORKLOADS").value_or(1);
  Isolation isolation({});
  FaultTally tally;
  for (std::uint64_t seed = first; seed < first + workloads; ++seed) {
    FailEverywhere(Workload(seed, batches, writers), test, points / workloads, &isolation, &tally);
  }
  tally.Print();
  EXPECT_GT(tally.Count(kFailures), 0U);
}

TEST(Fault, EveryOperation) {
  FailInWorkloads("EveryOperation", kBatches, 1, Setting("IDEM_FAULT_POINTS").value_or(900));
}

// One commit is decided beside another one that may not be written, or may not become durable.
TEST(Fault, TwoWriters) {
  FailInWorkloads("TwoWriters", kBatchesOfTwo, 2, Setting("IDEM_FAULT_PAIRS").value_or(60));
}

}  // namespace
}  // namespace idem::power
