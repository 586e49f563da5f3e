// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>
#include <idem/clock.h>

namespace idem {
namespace {

TEST(ClockTest, TheSystemClockTellsTheTimeOfDayInMicroseconds) {
  constexpr std::int64_t kYear2020 = 1'577'836'800'000'000;
  constexpr std::int64_t kYear2200 = 7'258'118'400'000'000;
  const std::int64_t now = Clock::System()->WallMicros();
  EXPECT_GT(now, kYear2020);
  EXPECT_LT(now, kYear2200);
}

TEST(ClockTest, TheSteadyClockNeverGoesBack) {
  std::int64_t before = Clock::System()->SteadyNanos();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = Clock::System()->SteadyNanos();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(ClockTest, ThereIsOneSystemClock) { EXPECT_EQ(Clock::System(), Clock::System()); }

}  // namespace
}  // namespace idem
