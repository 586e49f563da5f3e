// SPDX-License-Identifier: Apache-2.0
//
// That the fixed plans measure things that exist, and enough of them.

#include "plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "goals.h"
#include "peers/registry.h"

namespace idem::bench {
namespace {

template <typename Things>
bool Knows(const Things& things, std::string_view name) {
  return std::any_of(things.begin(), things.end(),
                     [&](const auto& thing) { return thing.name == name; });
}

bool Measures(const Step& step, std::string_view peer) {
  return step.peers.empty() || peer == ReferencePeer().name ||
         std::count(step.peers.begin(), step.peers.end(), peer) > 0;
}

bool Answers(const Plan& plan, const Goal& goal) {
  const auto step_answers = [&](const Step& step) {
    return step.workload == goal.workload && step.batch == goal.batch &&
           step.durability == goal.durability && step.records >= goal.records_min &&
           IsDefault(step.values) && Measures(step, goal.peer) && Measures(step, goal.against);
  };
  const auto probe_answers = [&](const ProbeStep& step) {
    return step.probe == goal.probe && step.records >= goal.records_min;
  };
  return std::any_of(plan.steps.begin(), plan.steps.end(), step_answers) ||
         std::any_of(plan.probes.begin(), plan.probes.end(), probe_answers);
}

std::set<std::string_view> OpenGoals(const Plan& plan) {
  std::set<std::string_view> open;
  for (const Goal& goal : AllGoals()) {
    if (!Answers(plan, goal)) open.insert(goal.name);
  }
  return open;
}

TEST(PlanTest, NamesWhatThereIs) {
  for (const Plan& plan : {QuickPlan(), FullPlan()}) {
    EXPECT_GT(plan.rounds, 1U);
    for (const Step& step : plan.steps) {
      EXPECT_TRUE(Knows(AllWorkloads(), step.workload)) << step.workload;
      for (const std::string& peer : step.peers) EXPECT_TRUE(Knows(AllPeers(), peer)) << peer;
    }
    for (const ProbeStep& step : plan.probes) {
      EXPECT_TRUE(Knows(AllProbes(), step.probe)) << step.probe;
    }
  }
}

TEST(PlanTest, QuickLeavesTheLargeGoalsOpenAndFullNone) {
  const std::set<std::string_view> large = {"fresh_drained_15m", "fresh_drained_50m",
                                            "written_bytes_15m", "reopen_50m"};
  EXPECT_EQ(OpenGoals(QuickPlan()), large);
  EXPECT_EQ(OpenGoals(FullPlan()), std::set<std::string_view>());
}

// Where idem is slower than others that decide, the table has to say so.
TEST(PlanTest, NoStreamIsMeasuredWithoutAPeerThatDecides) {
  for (const Workload& workload : AllWorkloads()) {
    if (workload.drained) continue;
    const Plan plan = QuickPlan();
    EXPECT_TRUE(std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
      return step.workload == workload.name && Measures(step, "idem") &&
             Measures(step, "rocks_get_put") && Measures(step, "lmdb_writemap");
    })) << workload.name;
  }
}

TEST(PlanTest, MeasuresWhatItNamesAndLeavesOutWhoCannot) {
  const Plan plan{.rounds = 2,
                  .steps = {{"upsert_newer", {"idem", "redis_set_nx"}, 50, 20}},
                  .probes = {{"allocations", 2}, {"allocations", 2, 3}}};
  std::size_t saved = 0;
  const Results results =
      Carry(plan, std::filesystem::temp_directory_path(),
            {[](const std::string&) {},
             [&](const Results& so_far) {
               ++saved;
               EXPECT_EQ(so_far.comparisons.size() + so_far.probes.size(), saved);
             }});
  EXPECT_EQ(saved, 3U);
  ASSERT_EQ(results.comparisons.size(), 1U);
  EXPECT_EQ(results.comparisons[0].series.size(), 2U);
  EXPECT_NE(results.comparisons[0].Find("idem"), nullptr);
  EXPECT_EQ(results.comparisons[0].Find("redis_set_nx"), nullptr);
  EXPECT_EQ(results.probes[0].rounds.size(), 2U);
  EXPECT_EQ(results.probes[1].rounds.size(), 3U);
}

}  // namespace
}  // namespace idem::bench
