// SPDX-License-Identifier: Apache-2.0
//
// SinkHealth: whether an open sink can do its work, why not, and what to do about it.
//
//   SinkHealth health = sink->ReadHealth();
//   if (health.state != HealthState::kOk) Warn(health.reason + "; " + health.remedy);
//
// It is for operators and for back-pressure: a host that reads it between batches can read less
// upstream before a commit has to wait or is refused. It promises nothing about the next commit.
#pragma once

#include <idem/export.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idem {

// From good to bad; where several hold, the worst is told. The numbers are stable.
enum class HealthState : std::uint8_t {
  kOk = 0,
  kSlowed = 1,      // commits are slowed down so that compactions can keep up
  kStalled = 2,     // commits wait for a flush or a compaction, up to SinkOptions::stall_wait_ms
  kLowOnSpace = 3,  // commits are refused with kNoSpace until there is room again
  kPoisoned = 4,    // a write ended with an unknown outcome: Reopen
  kFenced = 5,      // this process may not write any more; it can read
};
inline constexpr std::size_t kHealthStateCount = 6;

// "ok", "slowed", "stalled", "low_on_space", "poisoned", "fenced".
IDEM_EXPORT std::string_view ToString(HealthState state) noexcept;

struct SinkHealth {
  HealthState state = HealthState::kOk;
  std::string reason;  // for a person; empty while all is well
  std::string remedy;  // what to do; empty while all is well

  std::optional<std::uint64_t> free_disk_bytes;  // unset in memory, or where the system is silent
  std::uint64_t log_bytes = 0;                   // what a reopening has to read again
  std::uint64_t memtable_bytes = 0;              // rows in memory, not yet in sorted files
  std::uint64_t pending_compaction_bytes = 0;    // what waits for being merged
  std::uint64_t undurable_commits = 0;           // not yet known to survive power loss
  std::uint64_t rows_to_load = 0;  // by SinkOptions::load_at_open_rows, about; slower until then
};

// The Prometheus text exposition format, version 0.0.4: idem_health{state="..."} is 1 for the state
// that holds and 0 for the others, and each number is a gauge. Goes with the text of Metrics.
IDEM_EXPORT std::string ToPrometheusText(const SinkHealth& health);

}  // namespace idem
