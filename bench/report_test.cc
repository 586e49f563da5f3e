// SPDX-License-Identifier: Apache-2.0
//
// What goals make of figures, and what the texts say of them. The figures are made up.

#include "report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "chart.h"

namespace idem::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Goal kFast = {
    .name = "fast", .must = 3, .aim = 6, .expected = 4, .workload = "fresh", .peer = "idem"};
constexpr Goal kLittle = {.name = "little",
                          .must = 0.6,
                          .aim = 0.4,
                          .expected = 0.5,
                          .workload = "fresh",
                          .measure = Measure::kWrittenBytes,
                          .less_is_better = true};
constexpr Goal kProbed = {
    .name = "probed", .must = 14, .aim = 10, .probe = "identity_bytes", .less_is_better = true};

const PeerKind& Named(std::string_view name) {
  for (const PeerKind& kind : AllPeers()) {
    if (kind.name == name) return kind;
  }
  throw std::runtime_error("no such peer");
}

// idem on `fresh`, `times` as fast as the blind put and with `written` of its bytes, in two rounds
// of which the second is twice as slow for both.
Results Made(double times, double written) {
  Comparison comparison{&AllWorkloads()[0], {.records = 100'000, .batch = 1000, .parent = {}}, {}};
  const auto bytes = static_cast<std::uint64_t>(1000 * written);
  comparison.series = {
      {&ReferencePeer(),
       {{.wall_s = 8, .cpu_s = 8, .written_bytes = 1000, .rows = 1},
        {.wall_s = 16, .cpu_s = 8, .written_bytes = 1000, .rows = 1}}},
      {&Named("idem"),
       {{.opening_s = 1, .wall_s = 8 / times, .cpu_s = 2, .written_bytes = bytes, .rows = 1},
        {.opening_s = 2, .wall_s = 16 / times, .cpu_s = 2, .written_bytes = bytes, .rows = 1}}}};
  Results results{.environment = {"today", "a CPU", "a compiler", "versions"},
                  .comparisons = {comparison},
                  .probes = {},
                  .missing = {"redis_set_nx: no <server>"}};
  return results;
}

JudgedGoal JudgedAs(const Goal& goal, const Results& results) {
  return Judge({&goal, 1}, results).front();
}

TEST(GoalTest, IsReachedByTheMedianOfItsRatio) {
  EXPECT_FALSE(JudgedAs(kFast, Made(3, 1)).BelowMust());
  EXPECT_TRUE(JudgedAs(kFast, Made(2.9, 1)).BelowMust());
  EXPECT_FALSE(JudgedAs(kFast, Made(5.9, 1)).Reaches(*kFast.aim));
  EXPECT_DOUBLE_EQ(JudgedAs(kFast, Made(2.5, 1)).found->median, 2.5);
}

TEST(GoalTest, WithoutAMustIsAFigureForComparison) {
  Goal goal = kFast;
  goal.must.reset();
  goal.aim.reset();
  EXPECT_DOUBLE_EQ(JudgedAs(goal, Made(0.1, 1)).found->median, 0.1);
  EXPECT_FALSE(JudgedAs(goal, Made(0.1, 1)).BelowMust());
}

TEST(GoalTest, LessMayBeBetter) {
  EXPECT_FALSE(JudgedAs(kLittle, Made(1, 0.6)).BelowMust());
  EXPECT_TRUE(JudgedAs(kLittle, Made(1, 0.7)).BelowMust());
}

TEST(GoalTest, ThatNothingAnswersStaysOpen) {
  Results results = Made(1, 1);
  EXPECT_FALSE(JudgedAs(kProbed, results).found);
  EXPECT_FALSE(JudgedAs(kProbed, results).BelowMust());
  results.comparisons[0].settings.records = kFast.records_min - 1;
  EXPECT_FALSE(JudgedAs(kFast, results).found);
  for (const auto change : {+[](RunSettings* s) { s->batch = 100; },
                            +[](RunSettings* s) { s->durability = Durability::kSync; },
                            +[](RunSettings* s) { s->values.bytes = 1024; }}) {
    results = Made(1, 1);
    change(&results.comparisons[0].settings);
    EXPECT_FALSE(JudgedAs(kFast, results).found);
  }
}

TEST(GoalTest, TakesTheFigureOfItsProbe) {
  Results results = Made(1, 1);
  results.probes = {{&AllProbes()[0], 100'000, {20, 12, 13}}};
  EXPECT_EQ(JudgedAs(kProbed, results).found->median, 13);
}

TEST(GoalTest, TheGateIsHalfOfWhatIsExpected) {
  EXPECT_FALSE(JudgedAs(kFast, Made(2, 1)).BelowGate());
  EXPECT_TRUE(JudgedAs(kFast, Made(1.9, 1)).BelowGate());
  EXPECT_FALSE(JudgedAs(kLittle, Made(1, 1)).BelowGate());
  EXPECT_TRUE(JudgedAs(kLittle, Made(1, 1.1)).BelowGate());
  EXPECT_FALSE(JudgedAs(kProbed, Made(1, 1)).BelowGate());
}

TEST(ReportTest, JsonHasEveryRatioAndWhatIsBelow) {
  Results results = Made(2, 1);
  results.probes = {{&AllProbes()[0], 100'000, {20, 12, 13}}};
  const auto json = nlohmann::json::parse(ToJson(results));
  EXPECT_THAT(json["below_must"], ElementsAre("fresh"));
  EXPECT_THAT(json["not_measured"], testing::Contains("reopen_50m"));
  ASSERT_EQ(json["ratios"].size(), 2U);
  const auto& idem = json["ratios"][1];
  EXPECT_EQ(idem["peer"], "idem");
  EXPECT_EQ(idem["ratio"]["median"], 2);
  EXPECT_EQ(idem["ratio"]["least"], 2);
  EXPECT_EQ(idem["cpu_ratio"]["most"], 4);
  EXPECT_EQ(idem["cpu_us_per_record"]["median"], 20);
  EXPECT_EQ(idem["opening_s"]["median"], 1.5);
  EXPECT_EQ(json["runs"][3]["opening_s"], 2);
  EXPECT_EQ(json["figures"][0]["median"], 13);
  EXPECT_EQ(json["runs"].size(), 4U);
  EXPECT_EQ(json["goals"].size(), AllGoals().size());
}

TEST(ReportTest, MarkdownSetsMustAndAimBesideTheRatio) {
  const std::string text = ToMarkdown(Made(2, 1));
  EXPECT_THAT(text, HasSubstr("| fresh | 2.00 (2.00..2.00) | 3.5 | 6 | **below** |"));
  EXPECT_THAT(ToMarkdown(Made(4, 1)), HasSubstr("| 3.5 | 6 | reached |"));
  EXPECT_THAT(ToMarkdown(Made(9, 1)), HasSubstr("| 3.5 | 6 | aim reached |"));
  EXPECT_THAT(text, HasSubstr("Missing: redis_set_nx: no <server>."));
  EXPECT_THAT(text, HasSubstr("| fresh | 100000 | 1000 | 128 B | 1 | 2.00 (2.00..2.00) |"));
  EXPECT_THAT(text, HasSubstr("| fresh | 100000 | 1000 | 128 B | 0.000 | 1.500 |"));
}

TEST(ReportTest, WhatIsForComparisonHasNoMust) {
  Results results = Made(2, 1);
  results.comparisons[0].settings.records = 200'000;
  results.comparisons[0].settings.durability = Durability::kSync;
  EXPECT_THAT(ToMarkdown(results),
              HasSubstr("| sync_1000 | 2.00 (2.00..2.00) | - | - | for comparison |"));
  const auto json = nlohmann::json::parse(ToJson(results));
  EXPECT_THAT(json["below_must"], ElementsAre());
  const auto goal = std::find_if(json["goals"].begin(), json["goals"].end(),
                                 [](const auto& one) { return one["goal"] == "sync_1000"; });
  EXPECT_TRUE((*goal)["must"].is_null());
  EXPECT_EQ((*goal)["found"]["median"], 2);
}

TEST(ReportTest, AChartHasABarForEachPeerButTheReference) {
  Results results = Made(2, 1);
  results.comparisons[0].settings.values = {.lines = std::make_shared<std::vector<std::string>>(),
                                            .name = "a<b"};
  const std::string svg = ToSvg(results);
  EXPECT_THAT(svg, HasSubstr(">idem</text>"));
  EXPECT_THAT(svg, HasSubstr(">2.00</text>"));
  EXPECT_THAT(svg, HasSubstr("values a&lt;b"));
  EXPECT_THAT(svg, Not(HasSubstr(">rocks_blind_put</text>")));
  // The scale is of two decades, and the bar goes from its left end to two times.
  EXPECT_THAT(svg, HasSubstr("<rect x=\"200.0\" y=\"74.0\" width=\"383.8\""));
}

}  // namespace
}  // namespace idem::bench
