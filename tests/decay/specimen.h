// SPDX-License-Identifier: Apache-2.0
//
// Specimen: the store that is damaged. Several small sorted files on several levels, among them
// such that are not the first of their level, a log with acknowledged commits, and everything else
// that a store keeps, as a host that was killed leaves it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decay/damage.h"

namespace idem::decay {

struct Specimen {
  Files now;
  Files older;                       // the same store, some commits earlier
  std::uint64_t commit = 0;          // the last one of `now`
  std::vector<std::string> answers;  // of `now`: those of the memory store
  std::vector<std::string> offered_again;
};

// The same every time, to the byte. Throws when it cannot be made.
Specimen MakeSpecimen();

}  // namespace idem::decay
