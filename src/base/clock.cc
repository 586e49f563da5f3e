// SPDX-License-Identifier: Apache-2.0

#include <idem/clock.h>

#include <chrono>

namespace idem {
namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  std::int64_t SteadyNanos() noexcept override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

Clock::~Clock() = default;

Clock* Clock::System() noexcept {
  // Never destroyed: a sink may be closed by a destructor that runs after main().
  static SystemClock* const clock = new SystemClock;
  return clock;
}

}  // namespace idem
