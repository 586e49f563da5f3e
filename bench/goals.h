// SPDX-License-Identifier: Apache-2.0
//
// Goals: how fast idem has to be, and how fast it wants to be. goals.cc is the one place for the
// figures.
#pragma once

#include <idem/options.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results.h"

namespace idem::bench {

// What of two peers, on the same stream in the same round, is divided.
enum class Measure : std::uint8_t { kRate, kWrittenBytes };

struct Goal {
  std::string_view name;

  // Unset: nothing is asked. The figure is published beside the goals.
  std::optional<double> must = {};
  std::optional<double> aim = {};

  // What was found when this was written, on a machine with two processors and other work to do. A
  // run that finds less than half as good, where --gate asks for it, fails. Unset: not gated.
  std::optional<double> expected = {};

  std::string_view probe = {};  // the figure is that of a probe; otherwise a ratio of two peers:
  std::string_view workload = {};
  std::string_view peer = "idem";
  std::string_view against = "rocks_blind_put";
  std::size_t batch = 1000;
  Durability durability = Durability::kAsync;
  Measure measure = Measure::kRate;

  std::uint64_t records_min = 100'000;  // with less it is another question, and stays open
  bool less_is_better = false;
};

std::span<const Goal> AllGoals();

struct JudgedGoal {
  const Goal* goal = nullptr;
  std::optional<Spread> found;  // unset: these results do not say

  bool Reaches(double limit) const;  // by its median
  bool BelowMust() const { return found && goal->must && !Reaches(*goal->must); }

  // Less than half as good as expected.
  bool BelowGate() const;
};

std::vector<JudgedGoal> Judge(std::span<const Goal> goals, const Results& results);

}  // namespace idem::bench
