// SPDX-License-Identifier: Apache-2.0
#include "rules/horizon.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>

namespace idem::rules {
namespace {

using Bound = std::optional<std::int64_t>;

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TableOptions WithHorizon(Bound horizon) {
  TableOptions options;
  options.horizon = horizon;
  return options;
}

codec::TableState State(Bound high, Bound floor) {
  codec::TableState state;
  state.high_version = high;
  state.floor = floor;
  return state;
}

TEST(Horizon, FloorTable) {
  const struct {
    Bound horizon, high, stored, floor;
  } kRows[] = {
      {{}, {}, {}, {}},               // everything is remembered
      {{}, 100, {}, {}},              //
      {{}, 100, 5, 5},                // a recorded floor outlives the horizon option
      {10, {}, {}, {}},               // nothing was applied yet
      {10, {}, 5, 5},                 //
      {10, 100, {}, 90},              //
      {0, 100, {}, 100},              //
      {10, 100, 95, 95},              // a floor never falls
      {10, 100, 80, 90},              //
      {10, kMin, {}, kMin},           // the distance would leave the range
      {10, kMin + 9, {}, kMin},       //
      {10, kMin + 10, {}, kMin},      //
      {10, kMin + 11, {}, kMin + 1},  //
      {kMax, kMax, {}, 0},            //
      {kMax, -2, {}, kMin},           //
      {kMax, -1, {}, kMin},           //
      {kMax, 0, {}, kMin + 1},        //
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(HorizonFloor(WithHorizon(row.horizon), State(row.high, row.stored)), row.floor)
        << "row " << (&row - kRows);
  }
}

TEST(Horizon, TheFloorItselfIsStillDecided) {
  const TableOptions options = WithHorizon(10);
  const codec::TableState state = State(100, {});
  EXPECT_TRUE(BeyondHorizon(options, state, Version(89)));
  EXPECT_FALSE(BeyondHorizon(options, state, Version(90)));
  EXPECT_FALSE(BeyondHorizon(options, state, Version(101)));
  EXPECT_FALSE(BeyondHorizon(WithHorizon({}), state, Version(kMin)));
}

TEST(Horizon, VersionsThatAreNoIntegersHaveNone) {
  EXPECT_FALSE(BeyondHorizon(WithHorizon(10), State(100, 50), Version("2024")));
  EXPECT_FALSE(BeyondHorizon(WithHorizon(10), State(100, 50), Version()));
}

TEST(Horizon, TheHighestVersionOnlyRises) {
  codec::TableState state;
  RaiseHighVersion(Version(), &state);
  RaiseHighVersion(Version("text"), &state);
  EXPECT_EQ(state.high_version, Bound());
  RaiseHighVersion(Version(kMin), &state);
  EXPECT_EQ(state.high_version, Bound(kMin));
  RaiseHighVersion(Version(-5), &state);
  RaiseHighVersion(Version(-6), &state);
  EXPECT_EQ(state.high_version, Bound(-5));
}

}  // namespace
}  // namespace idem::rules
