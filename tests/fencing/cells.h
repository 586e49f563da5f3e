// SPDX-License-Identifier: Apache-2.0
//
// The matrix: every way that is known of getting a second writer into a store. A cell tells one of
// them, holds everybody to the rules of race.h on the way, and leaves the end to the referee.
#pragma once

#include <vector>

#include "fencing/race.h"

namespace idem::fencing {

struct Cell {
  const char* name = nullptr;
  void (*run)(Race*) = nullptr;
};

// The holder keeps the store, by whatever path the challenger comes and whatever is done to files.
std::vector<Cell> CellsOfPaths();

// The holder loses the store to a challenger, and must notice before it writes.
std::vector<Cell> CellsOfTakeovers();

// What processes do: fork, exec, threads, limits, kill -9.
std::vector<Cell> CellsOfProcesses();

std::vector<Cell> AllCells();

}  // namespace idem::fencing
