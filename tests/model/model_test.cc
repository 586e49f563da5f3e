// SPDX-License-Identifier: Apache-2.0
//
// Random operations on both stores and the oracle; see ../README.md for how to replay a seed.

#include "model/coverage.h"
#include "model/episode_runner.h"
#include "model/generator.h"
#include "support/scratch.h"
#include "support/settings.h"

#include <gtest/gtest.h>
#include <iostream>
#include <string>

namespace idem::model {
namespace {

constexpr std::uint64_t kDefaultSeed = 20240501;
constexpr std::uint64_t kDefaultOps = 160'000;
constexpr std::size_t kEpisodeRecords = 1000;
constexpr std::size_t kReadEvery = 25;

class Model : public ::testing::Test {
 protected:
  // What to print of a failure: how to see it again, and the shortest way there.
  std::string Explain(const Episode& episode) {
    const auto fails = [this](const Episode& smaller) {
      return !RunEpisode(smaller, {.scratch = scratch_.path()}, nullptr).empty();
    };
    const Episode small = Shrink(episode, fails);
    return "replay with IDEM_MODEL_SEED=" + std::to_string(episode.seed) + " IDEM_MODEL_OPS=1\n\n" +
           AsScenario(small) + "\nwhich ends in:\n" +
           RunEpisode(small, {.scratch = scratch_.path()}, nullptr);
  }

  testing::Scratch scratch_{"idem-model"};
};

TEST_F(Model, RandomOperationsAgreeWithTheOracle) {
  const std::uint64_t seed = testing::Setting("IDEM_MODEL_SEED").value_or(kDefaultSeed);
  const std::uint64_t ops = testing::Setting("IDEM_MODEL_OPS").value_or(kDefaultOps);
  Coverage coverage;
  std::uint64_t done = 0;
  std::uint64_t episodes = 0;
  for (; done < ops; ++episodes) {
    const Episode episode = MakeEpisode(seed + episodes, kEpisodeRecords);
    const std::string problem =
        RunEpisode(episode, {.scratch = scratch_.path(), .read_every = kReadEvery}, &coverage);
    ASSERT_EQ(problem, "") << Explain(episode);
    done += episode.records;
  }
  std::cout << done << " records in " << episodes << " episodes from seed " << seed << "\n"
            << coverage.Table(Depth::kNamed);
  if (ops < kDefaultOps) GTEST_SKIP() << "too short a run to ask for coverage";
  for (const std::string& cell : coverage.Missing(Depth::kNamed))
    ADD_FAILURE() << "never met: " << cell;
}

}  // namespace
}  // namespace idem::model
