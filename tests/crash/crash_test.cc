// SPDX-License-Identifier: Apache-2.0
//
// Kills a process that ingests, with SIGKILL: while it opens, within and between commits, while it
// flushes and closes. Whatever the moment, the next opening must find the state after a prefix of
// the commits with everything that was acknowledged, and at the end of the stream the store must be
// what one uninterrupted run makes of it (invariants 4 and 5).
//
//   IDEM_CRASH_KILLS     how many kills (300); episodes.h has more settings

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>

#include "crash/episode.h"
#include "crash/episodes.h"
#include "support/settings.h"
#include "support/temp_directory.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Setting;

// What CycleReport::counts hold after the kills by phase.
constexpr std::size_t kUnacknowledged = kPhases;

// A quarter of the stores are on the system's own disk; the others are in memory, where a victim
// waits for nothing and so many more are seen.
bool IsOnDisk(std::uint64_t episode) { return episode % 4 == 0; }

void LiveAndDie(std::uint64_t seed, bool on_disk, const std::filesystem::path& place,
                CycleReport* report) {
  const testing::TempDirectory temporary;
  const EpisodeEnd end = RunEpisode(seed, on_disk ? temporary.path() / "store" : place, OpenSink);
  std::copy(end.killed.begin(), end.killed.end(), report->counts.begin());
  report->counts[kUnacknowledged] = end.unacknowledged_found;
  report->Say(end.wrong.empty() ? CycleEnd::kHeld : CycleEnd::kViolated, end.wrong);
}

// About as many episodes as so many kills take.
std::size_t EpisodesFor(std::uint64_t kills) {
  constexpr std::uint64_t kKillsOfOne = 75;
  return static_cast<std::size_t>(kills / kKillsOfOne + 1);
}

class Deaths {
 public:
  void Add(bool on_disk, const CycleReport& report) {
    ++episodes_;
    for (std::size_t i = 0; i < kPhases; ++i) {
      killed_[i] += report.counts[i];
      kills_ += report.counts[i];
      if (on_disk) on_disk_ += report.counts[i];
    }
    unacknowledged_ += report.counts[kUnacknowledged];
  }
  std::uint64_t kills() const { return kills_; }
  std::uint64_t Of(Phase phase) const { return killed_[static_cast<std::size_t>(phase)]; }
  std::uint64_t unacknowledged() const { return unacknowledged_; }

  void Print() const {
    std::cout << kills_ << " kills in " << episodes_ << " episodes, " << on_disk_
              << " of them on a disk; while";
    for (std::size_t i = 0; i < kPhases; ++i) {
      std::cout << (i > 0 ? "," : "") << " " << ToString(static_cast<Phase>(i)) << " "
                << killed_[i];
    }
    std::cout << "; a commit that was not acknowledged was found " << unacknowledged_ << " times\n";
  }

 private:
  std::array<std::uint64_t, kPhases> killed_{};
  std::uint64_t kills_ = 0;
  std::uint64_t on_disk_ = 0;
  std::uint64_t episodes_ = 0;
  std::uint64_t unacknowledged_ = 0;
};

TEST(Crash, EveryOpeningFindsAPrefixAndTheEndIsThatOfOneRun) {
  const std::uint64_t goal = Setting("IDEM_CRASH_KILLS").value_or(300);
  Deaths deaths;
  const bool all = LiveThrough({
      .program = "crash",
      .more = [&] { return deaths.kills() < goal ? EpisodesFor(goal - deaths.kills()) : 0; },
      .live = [](std::uint64_t episode, std::uint64_t seed, const std::filesystem::path& place,
                 CycleReport* report) { LiveAndDie(seed, IsOnDisk(episode), place, report); },
      .count = [&](std::uint64_t episode,
                   const CycleReport& report) { deaths.Add(IsOnDisk(episode), report); },
  });
  deaths.Print();
  if (!all) return;
  for (std::size_t i = 0; i < kPhases; ++i) EXPECT_GT(deaths.Of(static_cast<Phase>(i)), 0U);
}

}  // namespace
}  // namespace idem::crash
