// SPDX-License-Identifier: Apache-2.0
//
// Very many short episodes, each on stores of its own: most on the store in memory alone, some on
// the one on disk too. Two processes share the work; see ../README.md for how to replay a seed.
//
//   IDEM_SEQUENCE_SEED     of the first one (20240601); the others follow by ones
//   IDEM_SEQUENCE_MEMORY   how many on the store in memory (8,000)
//   IDEM_SEQUENCE_ROCKS    how many more on both stores (160)

#include "model/coverage.h"
#include "model/episode_runner.h"
#include "model/generator.h"
#include "support/isolation.h"
#include "support/settings.h"
#include "support/shared_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

namespace idem::model {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;

constexpr std::uint64_t kDefaultSeed = 20240601;
constexpr std::uint64_t kDefaultMemory = 8'000;
constexpr std::uint64_t kDefaultRocks = 160;
constexpr std::uint64_t kDeep = 500'000;  // in memory, enough for every pair of verdicts

// A process does so many. One on disk takes as long as a hundred in memory.
constexpr std::uint64_t kMemoryShare = 2'000;
constexpr std::uint64_t kRocksShare = 20;

// What the processes that share the work report of it.
class Sequences {
 public:
  Sequences(Stores stores, std::uint64_t seed, std::uint64_t count)
      : stores_(stores),
        seed_(seed),
        count_(count),
        share_(stores == Stores::kMemory ? kMemoryShare : kRocksShare),
        cells_(Shares() * Coverage::CellCount()) {}

  void Run(Coverage* coverage) {
    Isolation isolation({.processes = 2});
    isolation.Run(
        Shares(),
        [this](std::size_t share, const std::filesystem::path& place, CycleReport* report) {
          RunShare(share, place, report);
        },
        [this, coverage](std::size_t share, const CycleReport& report) {
          coverage->AddFrom(Cells(share));
          steps_ += report.counts[kSteps];
          if (report.end == CycleEnd::kHeld || !failure_.empty()) return;
          failed_ = FirstOf(share) + report.counts[kDone];
          failure_ = report.text.data();
        });
  }

  std::uint64_t steps() const { return steps_; }
  const std::string& failure() const { return failure_; }  // empty: none
  std::uint64_t failed() const { return failed_; }         // its seed

 private:
  enum Count : std::size_t { kDone, kSteps };

  std::size_t Shares() const { return (count_ + share_ - 1) / share_; }
  std::uint64_t FirstOf(std::size_t share) const { return seed_ + share * share_; }
  std::span<std::uint64_t> Cells(std::size_t share) {
    return cells_.all().subspan(share * Coverage::CellCount(), Coverage::CellCount());
  }

  void RunShare(std::size_t share, const std::filesystem::path& place, CycleReport* report) {
    Coverage coverage;
    const RunOptions options{.stores = stores_, .scratch = place, .read_every = SIZE_MAX};
    const std::uint64_t end = std::min(FirstOf(share) + share_, seed_ + count_);
    for (std::uint64_t seed = FirstOf(share); seed < end; ++seed) {
      const Episode episode = MakeSequence(seed);
      const std::string problem = RunEpisode(episode, options, &coverage);
      if (!problem.empty()) return report->Say(CycleEnd::kViolated, problem);
      ++report->counts[kDone];
      report->counts[kSteps] += static_cast<std::uint32_t>(episode.steps.size());
    }
    coverage.CopyTo(Cells(share));
    report->Say(CycleEnd::kHeld, "");
  }

  const Stores stores_;
  const std::uint64_t seed_;
  const std::uint64_t count_;
  const std::uint64_t share_;
  testing::SharedArray<std::uint64_t> cells_;
  std::uint64_t steps_ = 0;
  std::uint64_t failed_ = 0;
  std::string failure_;
};

// What to print of a failure: how to see it again, and the shortest way there. That is found in a
// process of its own, because the failure may be an end of the process.
std::string Explain(Stores stores, std::uint64_t seed, const std::string& failure) {
  const bool memory = stores == Stores::kMemory;
  std::string text;
  Isolation isolation({.processes = 1});
  isolation.Run(
      1,
      [&](std::size_t, const std::filesystem::path& place, CycleReport* report) {
        const RunOptions options{.stores = stores, .scratch = place};
        const auto fails = [&](const Episode& smaller) {
          return !RunEpisode(smaller, options, nullptr).empty();
        };
        const Episode small = Shrink(MakeSequence(seed), fails);
        std::cout << AsScenario(small) << "\nwhich ends in:\n"
                  << RunEpisode(small, options, nullptr) << std::flush;
        report->Say(CycleEnd::kHeld, "");
      },
      [](std::size_t, const CycleReport&) {});
  return "replay with IDEM_SEQUENCE_SEED=" + std::to_string(seed) +
         " IDEM_SEQUENCE_MEMORY=" + (memory ? "1" : "0") +
         " IDEM_SEQUENCE_ROCKS=" + (memory ? "0" : "1") + "\n\n" + failure;
}

TEST(Sequences, EachAgreesWithTheOracle) {
  const std::uint64_t seed = testing::Setting("IDEM_SEQUENCE_SEED").value_or(kDefaultSeed);
  const std::uint64_t memory = testing::Setting("IDEM_SEQUENCE_MEMORY").value_or(kDefaultMemory);
  const std::uint64_t rocks = testing::Setting("IDEM_SEQUENCE_ROCKS").value_or(kDefaultRocks);
  Coverage coverage;
  for (const auto& [stores, count] :
       {std::pair(Stores::kMemory, memory), std::pair(Stores::kMemoryAndRocks, rocks)}) {
    Sequences sequences(stores, seed, count);
    sequences.Run(&coverage);
    std::cout << count << " sequences " << (stores == Stores::kMemory ? "in memory" : "on disk")
              << " from seed " << seed << ", " << sequences.steps() << " operations" << std::endl;
    if (sequences.failure().empty()) continue;
    FAIL() << Explain(stores, sequences.failed(), sequences.failure());
  }
  const Depth depth = memory < kDeep ? Depth::kPairs : Depth::kVerdictPairs;
  std::cout << coverage.Table(depth);
  if (memory < kDefaultMemory) GTEST_SKIP() << "too short a run to ask for coverage";
  for (const std::string& cell : coverage.Missing(depth)) ADD_FAILURE() << "never met: " << cell;
}

}  // namespace
}  // namespace idem::model
