// SPDX-License-Identifier: Apache-2.0
//
// Kills a process in which several threads commit to one sink, with SIGKILL, above all while one
// commit is written and another one is decided beside it. The next opening must find everything
// that any of them was told of, each commit whole, no commit without all before it, and checkpoints
// and rows of the same commits; and at the end the store must be what one writer after the other
// makes of it (invariants 4 and 5).
//
//   IDEM_WRITERS_KILLS   how many kills (120); episodes.h has more settings

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "crash/episodes.h"
#include "crash/writers_episode.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/checkpoints_apart.h"
#include "support/settings.h"
#include "support/temp_directory.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Setting;

// What CycleReport::counts hold after the kills by moment.
constexpr std::size_t kUnacknowledged = kMoments;
constexpr std::size_t kDecidedBeside = kMoments + 1;

// One in eight stores is on the system's own disk, where a sync takes its time; none of the first.
bool IsOnDisk(std::uint64_t episode) { return episode % 8 == 7; }

void LiveAndDie(std::uint64_t seed, bool on_disk, const std::filesystem::path& place,
                CycleReport* report) {
  const testing::TempDirectory disk;
  const WritersEnd end = RunWriters(seed, on_disk ? disk.path() / "store" : place, OpenWatched);
  std::copy(end.killed.begin(), end.killed.end(), report->counts.begin());
  report->counts[kUnacknowledged] = end.unacknowledged_found;
  report->counts[kDecidedBeside] = end.decided_beside;
  report->Say(end.wrong.empty() ? CycleEnd::kHeld : CycleEnd::kViolated, end.wrong);
}

class Deaths {
 public:
  void Add(const CycleReport& report) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += report.counts[i];
    for (std::size_t i = 0; i < kMoments; ++i) kills_ += report.counts[i];
  }
  std::uint64_t kills() const { return kills_; }
  // Whether every moment has come, and so has a decision beside a write.
  bool SeenAll() const {
    return std::count(counts_.begin(), counts_.begin() + kMoments, 0U) == 0 &&
           counts_[kDecidedBeside] > 0;
  }

  void Print() const {
    std::cout << kills_ << " kills; while";
    for (std::size_t i = 0; i < kMoments; ++i) {
      std::cout << (i > 0 ? ", " : " ") << ToString(static_cast<Moment>(i)) << " " << counts_[i];
    }
    std::cout << "; commits decided beside a write " << counts_[kDecidedBeside]
              << ", found though not acknowledged " << counts_[kUnacknowledged] << "\n";
  }

 private:
  std::array<std::uint64_t, kMoments + 2> counts_{};
  std::uint64_t kills_ = 0;
};

// About as many episodes as it takes to get to `goal` kills, or somewhat further where a moment has
// not come yet.
std::size_t EpisodesFor(std::uint64_t goal, const Deaths& deaths) {
  constexpr std::uint64_t kKillsOfOne = 50;
  constexpr std::uint64_t kPatience = 4;
  if (deaths.kills() >= (deaths.SeenAll() ? goal : kPatience * goal)) return 0;
  const std::uint64_t left = goal - std::min(goal, deaths.kills());
  return static_cast<std::size_t>(left / kKillsOfOne + 1);
}

TEST(Writers, EveryOpeningFindsAPrefixAndTheEndIsThatOfOneAfterTheOther) {
  const std::uint64_t goal = Setting("IDEM_WRITERS_KILLS").value_or(120);
  Deaths deaths;
  const bool all = LiveThrough({
      .program = "crash_writers",
      .more = [&] { return EpisodesFor(goal, deaths); },
      .live = [](std::uint64_t episode, std::uint64_t seed, const std::filesystem::path& place,
                 CycleReport* report) { LiveAndDie(seed, IsOnDisk(episode), place, report); },
      .count = [&](std::uint64_t, const CycleReport& report) { deaths.Add(report); },
  });
  deaths.Print();
  EXPECT_TRUE(!all || deaths.SeenAll());
}

}  // namespace
}  // namespace idem::crash
