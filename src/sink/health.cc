// SPDX-License-Identifier: Apache-2.0
#include <idem/health.h>

#include "sink/sink_impl.h"

#include <array>

namespace idem {
namespace {

// Why a sink that may write is slow or refuses commits, as its store tells it.
void Explain(const storage::StorePressure& pressure, const SinkOptions& options,
             SinkHealth* health) {
  if (pressure.low_on_space) {
    health->state = HealthState::kLowOnSpace;
    health->reason = "the disk has less room left than SinkOptions::keep_free_bytes = " +
                     std::to_string(options.keep_free_bytes) + ", and commits are refused";
    health->remedy = "make room on the disk; commits go on by themselves then";
  } else if (pressure.stopped) {
    health->state = HealthState::kStalled;
    health->reason = "commits wait until memory is flushed or files are merged";
    health->remedy =
        "read less upstream until it is over; if it lasts, the disk is too slow or not working";
  } else if (pressure.slowed) {
    health->state = HealthState::kSlowed;
    health->reason = "commits are slowed down so that compactions can keep up";
    health->remedy = "read less upstream, or give the store a faster disk";
  }
}

}  // namespace

std::string_view ToString(HealthState state) noexcept {
  constexpr std::array<std::string_view, kHealthStateCount> kNames = {
      "ok", "slowed", "stalled", "low_on_space", "poisoned", "fenced"};
  const auto index = static_cast<std::size_t>(state);
  return index < kNames.size() ? kNames[index] : "unknown";
}

// Takes none of the committer's mutexes, so that it answers while a commit waits.
SinkHealth SinkImpl::ReadHealth() const {
  const storage::StorePressure pressure = store_->ReadPressure();
  SinkHealth health;
  health.free_disk_bytes = pressure.free_disk_bytes;
  health.log_bytes = pressure.log_bytes;
  health.memtable_bytes = pressure.memtable_bytes;
  health.pending_compaction_bytes = pressure.pending_compaction_bytes;
  if (loading_) health.rows_to_load = loading_->remaining();
  {
    const std::lock_guard lock(ledger_.mutex);
    health.undurable_commits = ledger_.last_commit - ledger_.durable_commit;
  }
  Result<void> writer = store_->CheckWriter(ledger_.epoch);
  if (writer && ledger_.poisoned) writer = pipeline::Poisoned();
  if (writer) {
    Explain(pressure, options_, &health);
    return health;
  }
  const bool poisoned = writer.error().code() == ErrorCode::kPoisoned;
  health.state = poisoned ? HealthState::kPoisoned : HealthState::kFenced;
  health.reason = writer.error().message();
  health.remedy = ToString(writer.error().next_step());
  return health;
}

}  // namespace idem
