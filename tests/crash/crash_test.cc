// SPDX-License-Identifier: Apache-2.0
//
// Kills a process that ingests, with SIGKILL: while it opens, within and between commits, while it
// flushes and closes. Whatever the moment, the next opening must find the state after a prefix of
// the commits with everything that was acknowledged, and at the end of the stream the store must be
// what one uninterrupted run makes of it (invariants 4 and 5).
//
//   IDEM_CRASH_KILLS     how many kills (300)
//   IDEM_CRASH_SEED      of the streams and the moments (1); the moments also depend on the machine
//   IDEM_CRASH_EPISODE   that episode alone

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>

#include "crash/episode.h"
#include "support/isolation.h"
#include "support/settings.h"
#include "support/temp_directory.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;
using testing::Setting;

constexpr std::size_t kEpisodesAtOnce = 4;  // more than processors: a victim often waits for a disk

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
  const std::uint64_t seed = Setting("IDEM_CRASH_SEED").value_or(1);
  const std::uint64_t goal = Setting("IDEM_CRASH_KILLS").value_or(300);
  const auto only = Setting("IDEM_CRASH_EPISODE");
  Isolation isolation({.processes = kEpisodesAtOnce});
  Deaths deaths;
  std::uint64_t first = only.value_or(0);
  do {
    const std::size_t episodes = only ? 1 : EpisodesFor(goal - deaths.kills());
    isolation.Run(
        episodes,
        [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
          LiveAndDie(Mix(seed, first + i), IsOnDisk(first + i), place, report);
        },
        [&](std::size_t i, const CycleReport& report) {
          deaths.Add(IsOnDisk(first + i), report);
          if (report.end == CycleEnd::kHeld) return;
          ADD_FAILURE() << report.text.data() << "\nagain: IDEM_CRASH_SEED=" << seed
                        << " IDEM_CRASH_EPISODE=" << first + i << " crash";
        });
    first += episodes;
  } while (!only && deaths.kills() < goal && !HasFailure());
  deaths.Print();
  if (only) return;
  for (std::size_t i = 0; i < kPhases; ++i) EXPECT_GT(deaths.Of(static_cast<Phase>(i)), 0U);
}

}  // namespace
}  // namespace idem::crash
