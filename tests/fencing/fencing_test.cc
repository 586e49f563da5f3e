// SPDX-License-Identifier: Apache-2.0
//
// Processes race for one store, in every way that is known to have given a store two writers. At
// most one of them may write at any moment, the others must learn of it before they touch the log
// and live on, and afterwards the store must hold what was acknowledged (invariant 7).
//
//   IDEM_FENCING_RACES   how many races, shared out over the cells (48)
//   IDEM_FENCING_SEED    of what happens by chance (1); the moments also depend on the machine
//   IDEM_FENCING_RACE    that race alone

#include <gtest/gtest.h>

#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "fencing/referee.h"
#include "support/settings.h"

namespace idem::fencing {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Setting;

struct Line {
  std::uint32_t races = 0;
  std::array<std::uint64_t, 5> counts{};
};

// Returns the sum of the table.
Line Print(const std::vector<Cell>& cells, const std::vector<Line>& table) {
  std::cout << std::left << std::setw(34) << "cell" << std::right;
  for (const char* head : {"races", "locked", "fenced", "unknown", "windows", "skipped"}) {
    std::cout << std::setw(9) << head;
  }
  Line sum;
  const auto print = [](const char* name, const Line& line) {
    std::cout << "\n"
              << std::left << std::setw(34) << name << std::right << std::setw(9) << line.races;
    for (const std::uint64_t count : line.counts) std::cout << std::setw(9) << count;
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    print(cells[i].name, table[i]);
    sum.races += table[i].races;
    for (std::size_t c = 0; c < sum.counts.size(); ++c) sum.counts[c] += table[i].counts[c];
  }
  print("all", sum);
  std::cout << std::endl;
  return sum;
}

TEST(Fencing, AtMostOneWriter) {
  const std::vector<Cell> cells = AllCells();
  const std::uint64_t seed = Setting("IDEM_FENCING_SEED").value_or(1);
  const auto only = Setting("IDEM_FENCING_RACE");
  const std::size_t first = only.value_or(0);
  const std::size_t races = only ? 1 : Setting("IDEM_FENCING_RACES").value_or(2 * cells.size());
  const testing::Scratch scratch("idem-fencing-model");
  const auto model = scratch.path() / "store";
  MakeModel(model);

  std::vector<Line> table(cells.size());
  testing::Isolation isolation({});
  isolation.Run(
      races,
      [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
        const std::size_t race = first + i;
        Referee(cells[race % cells.size()], testing::Mix(seed, race), model, place, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        const std::size_t race = first + i;
        Line& line = table[race % cells.size()];
        ++line.races;
        for (std::size_t c = 0; c < line.counts.size(); ++c) line.counts[c] += report.counts[c];
        const bool held = report.end == CycleEnd::kHeld || report.end == CycleEnd::kRefused;
        EXPECT_TRUE(held) << cells[race % cells.size()].name << ": " << report.text.data()
                          << "\nrepeat: IDEM_FENCING_SEED=" << seed << " IDEM_FENCING_RACE=" << race
                          << " fencing --gtest_filter=Fencing.AtMostOneWriter";
      });
  const Line sum = Print(cells, table);
  // Where every cell had its race, some of the losers met the lock and some were overtaken.
  if (only || races < cells.size()) return;
  EXPECT_GT(sum.counts[kLocked], 0U);
  EXPECT_GT(sum.counts[kFenced], 0U);
}

}  // namespace
}  // namespace idem::fencing
