// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/log_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

namespace idem::storage {
namespace {

TEST(LogGateTest, LetsManyInUntilItIsClosed) {
  LogGate gate;
  {
    const LogGate::Pass one(&gate);
    const LogGate::Pass another(&gate);
    EXPECT_TRUE(one.open());
    EXPECT_TRUE(another.open());
  }
  gate.Close();
  EXPECT_FALSE(LogGate::Pass(&gate).open());
  gate.Close();
}

TEST(LogGateTest, ClosingWaitsForThoseInside) {
  for (int round = 0; round < 100; ++round) {
    LogGate gate;
    std::atomic<bool> left = false;
    std::optional<LogGate::Pass> pass(&gate);
    std::thread closer([&] {
      gate.Close();
      EXPECT_TRUE(left);
    });
    while (LogGate::Pass(&gate).open()) std::this_thread::yield();
    left = true;
    pass.reset();
    closer.join();
  }
}

}  // namespace
}  // namespace idem::storage
