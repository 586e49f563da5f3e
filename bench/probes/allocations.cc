// SPDX-License-Identifier: Apache-2.0

#include "probes/allocations.h"

#include <vector>

#include "heap.h"
#include "probes/filler.h"
#include "rounds.h"
#include "scratch.h"

namespace idem::bench {
namespace {

constexpr std::size_t kSmall = 1000;
constexpr std::size_t kLarge = 2000;
constexpr std::size_t kWarm = 5;  // commits of each size before any is counted

}  // namespace

// The median of each size: a commit that begins a new memtable is none of the steady state.
double Allocations(const ProbeSettings& settings) {
  const ScratchDirectory directory(settings.parent);
  Filler filler(directory.path(), {.durability = Durability::kAsync});
  std::vector<double> small, large;
  std::uint64_t row = 0;
  const auto commit = [&](std::size_t count, std::vector<double>* taken) {
    const std::uint64_t before = AllocationsOfThread();
    filler.Commit(row, count);
    taken->push_back(static_cast<double>(AllocationsOfThread() - before));
    row += count;
  };
  while (row < settings.records || small.size() <= kWarm) {
    commit(kSmall, &small);
    commit(kLarge, &large);
  }
  small.erase(small.begin(), small.begin() + kWarm);
  large.erase(large.begin(), large.begin() + kWarm);
  return (SpreadOf(large).median - SpreadOf(small).median) / (kLarge - kSmall);
}

}  // namespace idem::bench
