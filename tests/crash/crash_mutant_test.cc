// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs back and expects that kills show them: a proof that cannot fail proves nothing.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "crash/episode.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/checkpoints_apart.h"
#include "support/isolation.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;

constexpr std::size_t kEpisodes = 4;

// Commits the rows and the checkpoints of a batch one after the other.
Opener TwoSteps(bool checkpoints_first) {
  return [=](const std::string& directory) -> Result<std::unique_ptr<IdempotentSink>> {
    auto store = storage::OpenRocksStore(directory, StreamOptions());
    if (!store) return store.error();
    return SinkImpl::Open(
        std::make_shared<testing::CheckpointsApart>(*std::move(store), checkpoints_first),
        StreamOptions());
  };
}

// In how many of some episodes a promise is seen to be broken.
std::size_t Broken(const Opener& opener) {
  std::size_t broken = 0;
  testing::Isolation({}).Run(
      kEpisodes,
      [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
        const EpisodeEnd end = RunEpisode(Mix(7, i), place, opener);
        report->Say(end.wrong.empty() ? CycleEnd::kHeld : CycleEnd::kViolated, end.wrong);
      },
      [&](std::size_t, const CycleReport& report) {
        if (report.end == CycleEnd::kViolated) ++broken;
      });
  return broken;
}

TEST(CrashMutant, CheckpointBeforeItsRows) { EXPECT_GT(Broken(TwoSteps(true)), 0U); }

TEST(CrashMutant, RowsBeforeTheirCheckpoint) { EXPECT_GT(Broken(TwoSteps(false)), 0U); }

}  // namespace
}  // namespace idem::crash
