// SPDX-License-Identifier: Apache-2.0
//
// Runs worlds (world.h) in which everything that can go wrong does, on the real engine, and holds
// the store to its promises in each of them.
//
//   IDEM_SIM_SEEDS   how many worlds (300)
//   IDEM_SIM_FIRST   the first seed (1)
//   IDEM_SIM_SEED    that world alone
//   IDEM_SIM_TRACE   when set, says what happens in it
//   IDEM_SIM_PROBES  when set, every situation must have been met

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "simulation/regressions.h"
#include "simulation/simulate.h"
#include "support/settings.h"

namespace idem::simulation {
namespace {

using testing::Setting;

constexpr std::uint64_t kTwiceEvery = 100;

std::vector<std::uint64_t> Seeds() {
  if (const auto only = Setting("IDEM_SIM_SEED")) return {*only};
  const std::uint64_t first = Setting("IDEM_SIM_FIRST").value_or(1);
  const std::uint64_t count = Setting("IDEM_SIM_SEEDS").value_or(300);
  std::vector<std::uint64_t> seeds;
  for (const Regression& regression : kRegressions) seeds.push_back(regression.seed);
  for (std::uint64_t seed = first; seed < first + count; ++seed) seeds.push_back(seed);
  return seeds;
}

TEST(Simulation, Worlds) {
  ProbeBoard probes;
  const auto begin = std::chrono::steady_clock::now();
  const Tally tally =
      Simulate(Seeds(), kTwiceEvery, &probes, {}, [](std::uint64_t seed, const std::string& what) {
        ADD_FAILURE() << "seed " << seed << ": " << what;
      });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cout << tally.worlds << " worlds in " << seconds.count() << " s, " << tally.commits
            << " commits, " << tally.operations << " operations on disks, " << tally.violations
            << " violations; " << tally.compared << " run twice, " << tally.diverged
            << " diverged\n"
            << probes.Table();
  EXPECT_GT(tally.worlds, 0U);
  if (!Setting("IDEM_SIM_PROBES")) return;
  for (const Probe probe : probes.Missing()) ADD_FAILURE() << "never met: " << ToString(probe);
}

}  // namespace
}  // namespace idem::simulation
