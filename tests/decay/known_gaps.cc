// SPDX-License-Identifier: Apache-2.0
#include "decay/known_gaps.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace idem::decay {
namespace {

constexpr std::array kKnownGaps = {
    // RocksDB parses the properties of a sorted file before it compares their checksum, and asserts
    // that the hash table which the last byte seems to announce has buckets. Without assertions the
    // checksum is compared next, and the answer is an error. No data is at stake, and idem cannot
    // look first without reading the file itself.
    KnownGap{"inverted #.sst", "aborted", 1, false},
    KnownGap{"bit #.sst", "aborted", 1, false},
};

}  // namespace

bool KnownGaps::Cover(const Damage& damage, const std::string& silence) {
  const auto is_this = [&](const KnownGap& gap) {
    return damage.Class().starts_with(gap.damage) && gap.silence == silence;
  };
  const auto* const gap = std::find_if(kKnownGaps.begin(), kKnownGaps.end(), is_this);
  if (gap == kKnownGaps.end()) return false;
  return ++cases_[gap][damage.file] <= gap->cases_max;
}

std::vector<std::string> KnownGaps::Closed() const {
  std::vector<std::string> closed;
  for (const KnownGap& gap : kKnownGaps) {
    if (!gap.is_idems || cases_.contains(&gap)) continue;
    closed.push_back(std::string(gap.damage) + ", " + std::string(gap.silence));
  }
  return closed;
}

}  // namespace idem::decay
