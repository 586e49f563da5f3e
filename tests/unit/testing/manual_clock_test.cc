// SPDX-License-Identifier: Apache-2.0

#include <idem/testing/manual_clock.h>

#include <gtest/gtest.h>

namespace idem::testing {
namespace {

TEST(ManualClock, StandsStillUntilMoved) {
  ManualClock clock(1'000'000);
  EXPECT_EQ(clock.WallMicros(), 1'000'000);
  EXPECT_EQ(clock.WallMicros(), 1'000'000);
  EXPECT_EQ(clock.SteadyNanos(), clock.SteadyNanos());
}

TEST(ManualClock, AdvancesBothClocks) {
  ManualClock clock;
  clock.Advance(std::chrono::seconds(2));
  EXPECT_EQ(clock.WallMicros(), 2'000'000);
  EXPECT_EQ(clock.SteadyNanos(), 2'000'000'000);
}

TEST(ManualClock, AJumpLeavesTheSteadyClock) {
  ManualClock clock(5'000'000);
  clock.Advance(std::chrono::milliseconds(1));
  clock.JumpTo(-7);
  EXPECT_EQ(clock.WallMicros(), -7);
  EXPECT_EQ(clock.SteadyNanos(), 1'000'000);
}

}  // namespace
}  // namespace idem::testing
