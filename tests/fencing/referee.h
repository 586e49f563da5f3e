// SPDX-License-Identifier: Apache-2.0
//
// Referee: runs one cell once, and judges what is on the disk when all actors are gone.
//
// A two-writer window is
//   a commit that was acknowledged although it began after a later opening had returned, or
//   a commit number that two openings gave, or
//   an acknowledged commit that is not in the store (but for those that a restored copy never had).
// And the store must hold nothing that was refused, of each opening a beginning of its commits, and
// nothing that Verify objects to.
#pragma once

#include <cstddef>
#include <filesystem>

#include "fencing/cells.h"
#include "support/isolation.h"

namespace idem::fencing {

// Where the counts of a CycleReport are.
enum Count : std::size_t { kLocked, kFenced, kUnknown, kWindows, kSkipped };

// A closed store for races to begin with.
void MakeModel(const std::filesystem::path& directory);

// One race, in the process of the caller.
void Referee(const Cell& cell, std::uint64_t seed, const std::filesystem::path& model,
             const std::filesystem::path& place, testing::CycleReport* report);

}  // namespace idem::fencing
