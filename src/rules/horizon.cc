// SPDX-License-Identifier: Apache-2.0
#include "rules/horizon.h"

#include <algorithm>
#include <limits>

namespace idem::rules {

std::optional<std::int64_t> HorizonFloor(const TableOptions& options,
                                         const codec::TableState& state) noexcept {
  if (!options.horizon || !state.high_version) return state.floor;
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  const std::int64_t high = *state.high_version;
  const std::int64_t reach = *options.horizon;  // >= 0, checked when the table is opened
  const std::int64_t floor = high < kLowest + reach ? kLowest : high - reach;
  return std::max(floor, state.floor.value_or(kLowest));
}

bool BeyondHorizon(const TableOptions& options, const codec::TableState& state,
                   const Version& version) noexcept {
  if (!version.is_integer()) return false;
  const auto floor = HorizonFloor(options, state);
  return floor && version.integer() < *floor;
}

void RaiseHighVersion(const Version& version, codec::TableState* state) noexcept {
  if (!version.is_integer()) return;
  if (!state->high_version || version.integer() > *state->high_version) {
    state->high_version = version.integer();
  }
}

}  // namespace idem::rules
