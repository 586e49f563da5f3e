// SPDX-License-Identifier: Apache-2.0
//
// What a record more in a commit takes from the heap, in the steady state: the batch, the commit,
// and all that RocksDB does for it. A commit as such may allocate; so commits of two sizes are
// compared. Only the committing thread counts, not flushes.
#pragma once

#include "probe.h"

namespace idem::bench {

double Allocations(const ProbeSettings& settings);

}  // namespace idem::bench
