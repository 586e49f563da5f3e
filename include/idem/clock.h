// SPDX-License-Identifier: Apache-2.0
//
// Clock: where idem takes the time from. Time is only ever shown (quarantine entries, audit
// records) and measured (latencies); no verdict, expiry or ordering depends on it (P13).
#pragma once

#include <idem/export.h>

#include <cstdint>

namespace idem {

// Implementations must be safe to call from several threads at once and must not throw.
class IDEM_EXPORT Clock {
 public:
  virtual ~Clock();

  // Microseconds since 1970-01-01 UTC. May jump in both directions.
  virtual std::int64_t WallMicros() noexcept = 0;

  // Nanoseconds since any fixed point; never goes back.
  virtual std::int64_t SteadyNanos() noexcept = 0;

  // The operating system's clocks. Lives for ever.
  static Clock* System() noexcept;
};

}  // namespace idem
