// SPDX-License-Identifier: Apache-2.0
//
// Kills a process in which several threads commit to one sink, with SIGKILL, above all while one
// commit is written and another one is decided beside it. The next opening must find everything
// that any of them was told of, each commit whole, no commit without all before it, and checkpoints
// and rows of the same commits; and at the end the store must be what one writer after the other
// makes of it (invariants 4 and 5).
//
//   IDEM_WRITERS_KILLS   how many kills (120)
//   IDEM_CRASH_SEED      of the streams and the moments (1); the moments also depend on the machine
//   IDEM_CRASH_EPISODE   that episode alone

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "crash/writers_episode.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/checkpoints_apart.h"
#include "support/isolation.h"
#include "support/settings.h"
#include "support/temp_directory.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;
using testing::Setting;

constexpr std::size_t kEpisodesAtOnce = 4;
constexpr std::uint64_t kKillsOfOne = 50;  // about
constexpr std::uint64_t kPatience = 4;     // times the kills, where a moment has not come yet

// What CycleReport::counts hold after the kills by moment.
constexpr std::size_t kUnacknowledged = kMoments;
constexpr std::size_t kDecidedBeside = kMoments + 1;

// One in eight stores is on the system's own disk, where a sync takes its time; none of the first.
bool IsOnDisk(std::uint64_t episode) { return episode % 8 == 7; }

void LiveAndDie(std::uint64_t seed, const std::filesystem::path& place, const WatchedOpener& opener,
                CycleReport* report) {
  const WritersEnd end = RunWriters(seed, place, opener);
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

TEST(Writers, EveryOpeningFindsAPrefixAndTheEndIsThatOfOneAfterTheOther) {
  const std::uint64_t seed = Setting("IDEM_CRASH_SEED").value_or(1);
  const std::uint64_t goal = Setting("IDEM_WRITERS_KILLS").value_or(120);
  const auto only = Setting("IDEM_CRASH_EPISODE");
  Isolation isolation({.processes = kEpisodesAtOnce});
  Deaths deaths;
  std::uint64_t first = only.value_or(0);
  const auto ends = [&] {
    if (only || ::testing::Test::HasFailure()) return true;
    return deaths.kills() >= (deaths.SeenAll() ? goal : kPatience * goal);
  };
  do {
    const std::uint64_t left = goal - std::min(goal, deaths.kills());
    const std::uint64_t episodes = only ? 1 : left / kKillsOfOne + 1;
    isolation.Run(
        episodes,
        [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
          const testing::TempDirectory disk;
          const bool on_disk = IsOnDisk(first + i);
          LiveAndDie(Mix(seed, first + i), on_disk ? disk.path() / "store" : place, OpenWatched,
                     report);
        },
        [&](std::size_t i, const CycleReport& report) {
          deaths.Add(report);
          if (report.end == CycleEnd::kHeld) return;
          ADD_FAILURE() << report.text.data() << "\nagain: IDEM_CRASH_SEED=" << seed
                        << " IDEM_CRASH_EPISODE=" << first + i << " crash_writers";
        });
    first += episodes;
  } while (!ends());
  deaths.Print();
  EXPECT_TRUE(only || deaths.SeenAll());
}

}  // namespace
}  // namespace idem::crash
