// SPDX-License-Identifier: Apache-2.0
//
// The time of a simulated machine. It stands still until somebody moves it, back or forth.
#pragma once

#include <idem/clock.h>

#include <rocksdb/system_clock.h>

#include <cstdint>

namespace idem::simulation {

class SimulatedClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override { return wall_micros_; }
  std::int64_t SteadyNanos() noexcept override { return steady_nanos_ += 1000; }

  void Jump(std::int64_t seconds) { wall_micros_ += seconds * 1'000'000; }

 private:
  std::int64_t wall_micros_ = 1'700'000'000'000'000;
  std::int64_t steady_nanos_ = 0;
};

// The same for RocksDB. What it sleeps takes no time; NowMicros, by which threads wait, is real.
class SimulatedSystemClock final : public rocksdb::SystemClockWrapper {
 public:
  explicit SimulatedSystemClock(SimulatedClock* clock)
      : SystemClockWrapper(rocksdb::SystemClock::Default()), clock_(clock) {}

  const char* Name() const override { return "idem.SimulatedSystemClock"; }
  void SleepForMicroseconds(int) override {}
  rocksdb::Status GetCurrentTime(std::int64_t* seconds) override {
    *seconds = clock_->WallMicros() / 1'000'000;
    return rocksdb::Status::OK();
  }

 private:
  SimulatedClock* clock_;
};

}  // namespace idem::simulation
