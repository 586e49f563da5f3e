// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs back and expects that some world shows them: a proof that cannot fail proves
// nothing.

#include <gtest/gtest.h>

#include <iostream>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "power/mutant_stores.h"
#include "simulation/simulate.h"
#include "support/checkpoints_apart.h"

namespace idem::simulation {
namespace {

using ::idem::testing::FrontStore;
using power::Wrapper;

constexpr std::uint64_t kSlice = 40;
constexpr std::uint64_t kWorldsMax = 2000;

constexpr char kLost[] = "StoreBehind";  // the opening itself misses what was acknowledged
constexpr char kNoState[] = "found no state after any commit";
constexpr char kWrongAnswer[] = "answered otherwise than promised";

// An error of a read taken for the absence of the key (P16).
class TakesErrorsForAbsence final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    if (FrontStore::Read(keys, result)) return {};
    result->values.assign(keys.size(), std::nullopt);
    return {};
  }
};

// No deduplication: what a table holds is never looked at.
class ForgetsRows final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    result->values.assign(keys.size(), std::nullopt);
    return {};
  }
};

// A failed sync taken for one that worked (P2).
class IgnoresFailedSyncs final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Sync() override {
    static_cast<void>(FrontStore::Sync());
    return {};
  }
  Result<void> KeepWatermark(std::string_view note) override {
    static_cast<void>(FrontStore::KeepWatermark(note));
    return {};
  }
};

// Runs worlds until one of them shows the bug, with a text that holds `why`. How many it took;
// nothing when the most that are worth a try did not do.
std::optional<std::uint64_t> WorldsUntilShown(const power::StoreWrapper& wrapper,
                                              const std::string& why) {
  ProbeBoard probes;
  for (std::uint64_t first = 1; first < kWorldsMax; first += kSlice) {
    std::vector<std::uint64_t> seeds(kSlice);
    std::iota(seeds.begin(), seeds.end(), first);
    std::uint64_t shown = 0;
    Simulate(seeds, 0, &probes, wrapper, [&](std::uint64_t, const std::string& what) {
      if (what.find(why) != std::string::npos) ++shown;
    });
    if (shown == 0) continue;
    std::cout << shown << " of the worlds " << first << " to " << first + kSlice - 1 << "\n";
    return first + kSlice - 1;
  }
  return std::nullopt;
}

TEST(SimulationMutant, AcknowledgementBeforeTheSync) {
  EXPECT_TRUE(WorldsUntilShown(Wrapper<power::AcknowledgesBeforeTheSync>(), kLost));
}

TEST(SimulationMutant, FailedSyncIgnored) {
  EXPECT_TRUE(WorldsUntilShown(Wrapper<IgnoresFailedSyncs>(), "lost acknowledged commits"));
}

TEST(SimulationMutant, CheckpointBeforeItsRows) {
  EXPECT_TRUE(WorldsUntilShown(Wrapper<testing::CheckpointsApart>(true), kNoState));
}

TEST(SimulationMutant, NoDeduplication) {
  EXPECT_TRUE(WorldsUntilShown(Wrapper<ForgetsRows>(), kWrongAnswer));
}

TEST(SimulationMutant, ErrorsTakenForAbsence) {
  EXPECT_TRUE(WorldsUntilShown(Wrapper<TakesErrorsForAbsence>(), kWrongAnswer));
}

}  // namespace
}  // namespace idem::simulation
