// SPDX-License-Identifier: Apache-2.0
//
// What damage still goes unnoticed, or ends worse than with an error. The list can only shrink: a
// complete run in which an entry of idem's own did not occur fails, so that it is taken off.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decay/damage.h"

namespace idem::decay {

struct KnownGap {
  std::string_view damage;   // how Damage::Class begins
  std::string_view silence;  // SilenceOf
  std::size_t cases_max;     // of each file
  bool is_idems;             // or else an assertion in some builds of RocksDB
};

// Keeps count of the gaps that occur.
class KnownGaps {
 public:
  // Whether this is a gap that is known, and not wider than known.
  bool Cover(const Damage& damage, const std::string& silence);

  // Those of idem's own that did not occur.
  std::vector<std::string> Closed() const;

 private:
  std::map<const KnownGap*, std::map<std::string, std::size_t>> cases_;  // by file
};

}  // namespace idem::decay
