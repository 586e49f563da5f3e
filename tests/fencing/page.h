// SPDX-License-Identifier: Apache-2.0
//
// Page: what the processes of one race write down while they race, in memory that outlives them.
//
// Every opening of the store is an epoch, and every commit has a fate. What makes a two-writer
// window is said in referee.h.
#pragma once

#include <time.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace idem::fencing {

inline constexpr std::size_t kActors = 2;
inline constexpr std::size_t kOpeningsMax = 32;
inline constexpr std::size_t kRowsMax = 4096;  // of one actor

// Comparable between the processes of a machine.
inline std::int64_t NowNanos() {
  struct timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

struct Opening {
  std::uint32_t actor = 0;
  std::atomic<std::int64_t> opened_ns;  // when Open had returned; 0: it has not
};

enum class Fate : std::uint8_t {
  kStarted,  // and never heard of again: its process was killed
  kAcked,    // Commit returned a report
  kRefused,  // an error that says "no effect, ever"
  kUnknown,  // kCommitUnknown
};

// One commit, which holds one row.
struct Attempt {
  std::uint32_t opening = 0;
  std::int64_t begun_ns = 0;
  std::uint64_t commit = 0;  // of kAcked
  std::atomic<Fate> fate;
};

// Zero pages are a valid initial state.
struct Page {
  std::uint64_t seed;  // of what actors do by chance
  std::atomic<std::uint32_t> openings;
  std::array<Opening, kOpeningsMax> opening;

  // Each actor numbers its rows 0, 1, 2, ...
  std::array<std::atomic<std::uint32_t>, kActors> tried;
  std::array<std::array<Attempt, kRowsMax>, kActors> attempt;
  std::array<std::atomic<bool>, kActors> stop;  // ends WriteOn
};

}  // namespace idem::fencing
