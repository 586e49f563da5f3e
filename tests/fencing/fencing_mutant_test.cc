// SPDX-License-Identifier: Apache-2.0
//
// Would the matrix notice? Known ways of doing without a part of the protection are put back, and
// the cells that are there for it must see a two-writer window or a broken rule.

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "fencing/blind_calls.h"
#include "fencing/referee.h"

namespace idem::fencing {
namespace {

using testing::CycleEnd;
using testing::CycleReport;

constexpr std::size_t kRacesEach = 2;

struct Catch {
  std::size_t races = 0;
  std::size_t violated = 0;
  std::uint64_t windows = 0;
};

Catch RaceBlind(Blindness blindness, const std::vector<std::string>& names) {
  std::vector<Cell> cells = AllCells();
  std::erase_if(cells, [&](const Cell& cell) {
    return std::find(names.begin(), names.end(), cell.name) == names.end();
  });
  EXPECT_EQ(cells.size(), names.size()) << "a cell has another name";
  const testing::Scratch scratch("idem-fencing-blind");
  const auto model = scratch.path() / "store";
  MakeModel(model);
  Catch caught;
  testing::Isolation isolation({});
  isolation.Run(
      cells.size() * kRacesEach,
      [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
        SetBlindness(blindness);
        Referee(cells[i % cells.size()], testing::Mix(1, i), model, place, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        std::cout << cells[i % cells.size()].name << ": " << report.text.data() << "\n";
        ++caught.races;
        if (report.end == CycleEnd::kViolated) ++caught.violated;
        caught.windows += report.counts[kWindows];
      });
  return caught;
}

TEST(FencingMutant, NothingIsCaughtWhereNothingIsWrong) {
  const Catch caught = RaceBlind(
      Blindness::kNone,
      {"lock file read by the holder", "lock files removed", "fork, the child closes first"});
  EXPECT_EQ(caught.violated, 0U);
  EXPECT_EQ(caught.windows, 0U);
}

TEST(FencingMutant, OnlyTheLockOfRocksDb) {
  const Catch caught = RaceBlind(Blindness::kOnlyRocksDb, {"lock file read by the holder"});
  EXPECT_EQ(caught.violated, caught.races);
}

TEST(FencingMutant, NoLookAtTheFilesBeforeACommit) {
  const Catch caught =
      RaceBlind(Blindness::kFiles, {"lock files removed", "lock file replaced",
                                    "lock file removed, put back", "stopped, overtaken, continued",
                                    "directory replaced by a copy", "restored from an older copy"});
  EXPECT_EQ(caught.violated, caught.races);
  EXPECT_GT(caught.windows, 0U);
}

TEST(FencingMutant, NoLookAtTheProcessBeforeACommit) {
  const Catch caught = RaceBlind(Blindness::kProcesses, {"fork, the child closes first"});
  EXPECT_EQ(caught.violated, caught.races);
}

}  // namespace
}  // namespace idem::fencing
