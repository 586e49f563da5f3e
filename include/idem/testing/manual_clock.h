// SPDX-License-Identifier: Apache-2.0
//
// ManualClock: a clock that stands still until a test moves it. Part of idem::testing.
//
//   idem::testing::ManualClock clock;
//   auto sink = idem::IdempotentSink::OpenInMemory({.clock = &clock}).value();
//   clock.Advance(std::chrono::hours(1));
//   clock.JumpTo(0);                        // nothing that idem decides depends on it
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <idem/clock.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace idem::testing {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_micros = 0) : wall_micros_(wall_micros) {}

  std::int64_t WallMicros() noexcept override { return wall_micros_; }
  std::int64_t SteadyNanos() noexcept override { return steady_nanos_; }

  // Time passes, on both clocks. REQUIRES: by >= 0.
  void Advance(std::chrono::nanoseconds by) noexcept {
    steady_nanos_ += by.count();
    wall_micros_ += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
  }

  // Somebody sets the wall clock, back or forth. The steady clock does not move.
  void JumpTo(std::int64_t wall_micros) noexcept { wall_micros_ = wall_micros; }

 private:
  std::atomic<std::int64_t> wall_micros_;
  std::atomic<std::int64_t> steady_nanos_ = 0;
};

}  // namespace idem::testing
