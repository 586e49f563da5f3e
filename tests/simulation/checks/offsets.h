// SPDX-License-Identifier: Apache-2.0
//
// The promise that a checkpoint is never ahead of the rows and never behind them (P4), without any
// help of the oracle: the table `log` has one row for each position.
#pragma once

#include "script/target.h"
#include "simulation/source.h"

namespace idem::simulation {

// Throws Violation where the offsets that count as done are not exactly those with a row.
void CheckOffsets(const Source& source, const script::State& state);

}  // namespace idem::simulation
