// SPDX-License-Identifier: Apache-2.0
//
// Horizon: below which version an absent row no longer means "never seen". Only integer versions
// have one; it moves with the highest version applied, never with a clock (P13).
#pragma once

#include "codec/catalog.h"

#include <cstdint>
#include <optional>

namespace idem::rules {

// The lowest version that can still be decided exactly for an absent key: everything below it is
// TOO_LATE. Unset: everything can be decided. Never falls while the state only moves forward.
std::optional<std::int64_t> HorizonFloor(const TableOptions& options,
                                         const codec::TableState& state) noexcept;

bool BeyondHorizon(const TableOptions& options, const codec::TableState& state,
                   const Version& version) noexcept;

// Raises the highest version applied.
void RaiseHighVersion(const Version& version, codec::TableState* state) noexcept;

}  // namespace idem::rules
