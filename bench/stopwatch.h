// SPDX-License-Identifier: Apache-2.0
//
// Stopwatch: wall time, and the CPU time of all threads of the process, while it runs.
#pragma once

#include <chrono>
#include <ctime>

namespace idem::bench {

class Stopwatch {
 public:
  using Clock = std::chrono::steady_clock;

  void Start() {
    cpu_start_s_ = ProcessCpuSeconds();
    wall_start_ = Clock::now();
  }
  void Stop() { StopAt(Clock::now()); }

  // Stops now, but counts wall time only up to `end`.
  void StopAt(Clock::time_point end) {
    wall_s_ += std::chrono::duration<double>(end - wall_start_).count();
    cpu_s_ += ProcessCpuSeconds() - cpu_start_s_;
  }

  double wall_s() const { return wall_s_; }
  double cpu_s() const { return cpu_s_; }

 private:
  // The sum that getrusage splits into user and system, without its rounding to ticks.
  static double ProcessCpuSeconds() {
    timespec time = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  Clock::time_point wall_start_;
  double cpu_start_s_ = 0;
  double wall_s_ = 0;
  double cpu_s_ = 0;
};

}  // namespace idem::bench
