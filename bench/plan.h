// SPDX-License-Identifier: Apache-2.0
//
// Plan: what is measured in one go, as data: streams on peers, and single figures.
#pragma once

#include <idem/options.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "results.h"
#include "values.h"

namespace idem::bench {

struct Step {
  std::string workload;
  std::vector<std::string> peers;  // empty: all; the reference always comes along
  std::uint64_t records = 0;
  std::size_t batch = 1000;
  Durability durability = Durability::kAsync;
  Values values = {};
};

struct ProbeStep {
  std::string probe;
  std::uint64_t records = 0;
  std::size_t rounds = 0;  // more than the plan's, for what is short and swings; 0: the plan's
};

struct Plan {
  std::size_t rounds = 0;
  std::vector<Step> steps;
  std::vector<ProbeStep> probes;
};

// What of the goals can be answered within ten minutes on two processors.
Plan QuickPlan();

// All of them, with a store of 50 million rows among others: hours, and 100 GB of disk.
Plan FullPlan();

// Called before each run with what it is, and after each step with what there is so far.
struct PlanReport {
  std::function<void(const std::string& what)> before;
  std::function<void(const Results& results)> after;
};

// Peers that cannot take part here are left out, and named in Results::missing.
Results Carry(const Plan& plan, const std::filesystem::path& parent, const PlanReport& report);

}  // namespace idem::bench
