// SPDX-License-Identifier: Apache-2.0
//
// A process commits and is killed in the middle of it. How many seconds pass from opening the store
// again to the end of the first commit, which is a batch of new rows.
#pragma once

#include "probe.h"

namespace idem::bench {

double Reopen(const ProbeSettings& settings);

}  // namespace idem::bench
