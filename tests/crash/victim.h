// SPDX-License-Identifier: Apache-2.0
//
// The victim: the process that opens the store, checks what it finds, continues where it stopped
// and is killed. What it says to its parent goes through shared memory, which outlives it.
//
// It is killed by a timer of the kernel's whose signal is SIGKILL, wound when the victim has come
// as far as it should. The signal comes when the time is up, wherever each thread is then; nobody
// has to watch, and a slow machine gets as far as a fast one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crash/one_life.h"
#include "crash/stream.h"

namespace idem::crash {

enum class Phase : std::uint32_t {
  kOpening,
  kChecking,
  kCommitting,
  kFlushing,
  kBetween,
  kClosing
};
inline constexpr std::size_t kPhases = 6;

std::string_view ToString(Phase phase);

// What the state after some number of steps looks like, from the uninterrupted run.
struct Expected {
  Digest state;
  Digest log;
  Digest payments;
  std::uint64_t quarantined = 0;

  friend bool operator==(const Expected&, const Expected&) = default;
};

// The last commit that was acknowledged. One word, because a kill may fall between two stores.
struct Acked {
  std::uint32_t commit = 0;
  std::uint32_t steps = 0;  // what all commits up to it contain
};

// Zero pages are a valid initial state. Followed by steps + 1 Expected.
struct SharedPage {
  std::atomic<Phase> phase;                         // what the victim does
  std::atomic<std::uint32_t> unacknowledged_found;  // commits found that were never acknowledged
  std::atomic<std::uint32_t> set_up;                // tables and source were acknowledged
  std::atomic<Acked> acked;
  std::atomic<std::uint32_t> started_steps;  // the steps with those of the commit in flight
  char failure[4096];                        // why the victim failed

  Expected* expected() { return reinterpret_cast<Expected*>(this + 1); }
  static std::size_t Bytes(std::uint64_t steps) {
    return sizeof(SharedPage) + (steps + 1) * sizeof(Expected);
  }
};
static_assert(std::atomic<Acked>::is_always_lock_free);
static_assert(sizeof(SharedPage) % alignof(Expected) == 0);

// When the timer is wound, and for how long.
struct KillPlan {
  Phase at = Phase::kOpening;
  std::uint64_t times = 1;  // that the phase has begun in this life; 0: never
  std::uint64_t micros = 0;
};

// How a victim opens its store.
using Opener = std::function<Result<std::unique_ptr<IdempotentSink>>(const std::string&)>;

struct Life {
  std::string directory;
  Opener opener;
  std::uint64_t seed = 0;         // of what this life does by chance
  std::uint64_t commits_max = 0;  // closes the sink after so many
  KillPlan kill = {};
  bool verify = false;  // derives everything again after opening
  const Stream* stream = nullptr;
  SharedPage* page = nullptr;
};

// Lives one life, in a process of its own. What went wrong stands in SharedPage::failure.
Ending Live(const Life& life);

// Digests and quarantine of a store, to be compared with another's.
Result<Expected> Observe(const Snapshot& snapshot);

}  // namespace idem::crash
