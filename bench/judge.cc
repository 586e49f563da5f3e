// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "goals.h"

namespace idem::bench {
namespace {

constexpr double kGateFactor = 2;

// Figures are as good as their two decimals: 0.004 allocations a record are none.
constexpr double kTolerance = 0.005;

bool AnswersTo(const Goal& goal, const Comparison& comparison) {
  return comparison.workload->name == goal.workload && comparison.settings.batch == goal.batch &&
         comparison.settings.durability == goal.durability &&
         IsDefault(comparison.settings.values) && comparison.settings.records >= goal.records_min;
}

std::optional<Spread> FoundIn(const Goal& goal, const Comparison& comparison) {
  const Series* peer = comparison.Find(goal.peer);
  const Series* against = comparison.Find(goal.against);
  if (peer == nullptr || against == nullptr) return std::nullopt;
  if (goal.measure == Measure::kRate) return RateRatio(*peer, *against);
  return RatioOf(*peer, *against, [](const Measurement& measured) {
    return static_cast<double>(measured.written_bytes);
  });
}

std::optional<Spread> Find(const Goal& goal, const Results& results) {
  std::optional<Spread> found;
  std::uint64_t records = 0;
  const auto take = [&](std::uint64_t of, const std::optional<Spread>& spread) {
    if (!spread || of < std::max(records, goal.records_min)) return;
    records = of;  // the largest of several answers
    found = spread;
  };
  for (const ProbeSeries& series : results.probes) {
    if (series.probe->name == goal.probe) take(series.records, SpreadOf(series.rounds));
  }
  for (const Comparison& comparison : results.comparisons) {
    if (AnswersTo(goal, comparison)) take(comparison.settings.records, FoundIn(goal, comparison));
  }
  return found;
}

}  // namespace

bool JudgedGoal::Reaches(double limit) const {
  return goal->less_is_better ? found->median <= limit + kTolerance
                              : found->median >= limit - kTolerance;
}

bool JudgedGoal::BelowGate() const {
  if (!found || !goal->expected) return false;
  return !Reaches(goal->less_is_better ? *goal->expected * kGateFactor
                                       : *goal->expected / kGateFactor);
}

std::vector<JudgedGoal> Judge(std::span<const Goal> goals, const Results& results) {
  std::vector<JudgedGoal> judged;
  for (const Goal& goal : goals) judged.push_back({&goal, Find(goal, results)});
  return judged;
}

}  // namespace idem::bench
