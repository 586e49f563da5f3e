// SPDX-License-Identifier: Apache-2.0
//
// The victim: the process that opens the store, checks what it finds, continues where it stopped
// and is killed. What it says to its parent goes through shared memory, which outlives it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "crash/stream.h"

namespace idem::crash {

enum class Phase : std::uint32_t { kStarting = 0, kRunning = 1, kClosing = 2 };

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
  std::atomic<Phase> phase;
  std::atomic<std::uint32_t> set_up;  // tables and source were acknowledged
  std::atomic<Acked> acked;
  std::atomic<std::uint32_t> started_steps;  // the steps with those of the commit in flight
  char failure[4096];                        // why the victim exited with kFailed

  Expected* expected() { return reinterpret_cast<Expected*>(this + 1); }
  static std::size_t Bytes(std::uint64_t steps) {
    return sizeof(SharedPage) + (steps + 1) * sizeof(Expected);
  }
};
static_assert(std::atomic<Acked>::is_always_lock_free);
static_assert(sizeof(SharedPage) % alignof(Expected) == 0);

struct Life {
  std::string directory;
  std::uint64_t seed = 0;         // of what this life does by chance
  std::uint64_t commits_max = 0;  // closes the sink after so many
  bool verify = false;            // derives everything again after opening
  const Stream* stream = nullptr;
  SharedPage* page = nullptr;
};

inline constexpr int kClosed = 0;  // exit status: the sink was closed in order
inline constexpr int kFailed = 2;  // see SharedPage::failure

// Lives one life and returns the exit status, if it gets that far.
int Live(const Life& life);

// Digests and quarantine of a store, to be compared with another's.
Result<Expected> Observe(const Snapshot& snapshot);

}  // namespace idem::crash
