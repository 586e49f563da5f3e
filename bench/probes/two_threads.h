// SPDX-License-Identifier: Apache-2.0
//
// Two threads that share one sink, each with a source partition of its own, against one thread with
// the same records: how many times the rate. The records are made beforehand; a thread fills its
// batches itself, as hosts do.
#pragma once

#include "probe.h"

namespace idem::bench {

double TwoThreads(const ProbeSettings& settings);

}  // namespace idem::bench
