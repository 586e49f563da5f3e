// SPDX-License-Identifier: Apache-2.0
//
// Writers: a victim (victim.h) in which several threads commit to one sink, each a stream of its
// own, so that one commit is decided while another is written. As the content depends only on how
// far each of them has come, what an opening finds can be compared with one run that offers as much
// of each stream.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crash/one_life.h"
#include "crash/stream.h"
#include "crash/watch.h"

namespace idem::crash {

// What one writer has had acknowledged. One word, because a kill may fall between two stores.
struct Progressed {
  std::uint32_t commit = 0;   // the number of its last commit
  std::uint16_t commits = 0;  // how many it has made
  std::uint16_t steps = 0;    // what they contain
};

// Zero pages are a valid initial state.
struct WritersPage {
  struct Writer {
    std::atomic<Progressed> acked;
    std::atomic<std::uint32_t> started_steps;  // with those of the commit in flight
  };
  std::array<Writer, kWritersMax> writers;
  std::atomic<Moment> phase;          // kOpening, kBetween or kClosing
  std::atomic<std::uint32_t> set_up;  // the last commit of a definition; 0: not acknowledged yet
  std::atomic<std::uint32_t> seen;    // the last commit that the sink has told of
  std::atomic<std::uint32_t> unacknowledged_found;
  Sight sight;
  std::atomic<bool> failed;
  char failure[2048];  // why the victim failed

  // Where the process was when it was killed.
  Moment DiedAt() const;
};
static_assert(std::atomic<Progressed>::is_always_lock_free);

// When the timer is wound, and for how long.
struct WritersKill {
  Moment at = Moment::kOpening;
  std::uint32_t times = 1;  // that the moment has come in this life
  std::uint64_t micros = 0;
};

// How a victim opens its store, watched by these.
using WatchedOpener = std::function<Result<std::unique_ptr<IdempotentSink>>(
    const std::string&, const SinkOptions&, Sight*, const Reached&)>;

struct WritersLife {
  std::string directory;
  WatchedOpener opener;
  std::uint64_t seed = 0;         // of what this life does by chance
  std::uint64_t commits_max = 0;  // of each writer; then the sink is closed
  WritersKill kill = {};
  bool verify = false;  // derives everything again after opening
  const std::vector<Stream>* streams = nullptr;
  WritersPage* page = nullptr;
};

// What a store holds after so many steps of each stream, as lines (state.h).
std::vector<std::string> ContentAfter(const std::vector<Stream>& streams,
                                      const std::vector<std::uint32_t>& steps);

std::string_view ToString(Moment moment);

// Lives one life, in a process of its own. What went wrong stands in WritersPage::failure.
Ending LiveAsWriters(const WritersLife& life);

}  // namespace idem::crash
