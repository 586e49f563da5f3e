// SPDX-License-Identifier: Apache-2.0
//
// The promise that trouble leaves no trace: where the order of arrival does not matter, the rows in
// the end are those of a run that read the source once, in order, undisturbed.
#pragma once

#include "script/target.h"
#include "simulation/source.h"

namespace idem::simulation {

// Throws Violation where they are not.
void CheckOrderFree(const Source& source, const script::State& state);

}  // namespace idem::simulation
