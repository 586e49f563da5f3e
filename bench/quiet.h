// SPDX-License-Identifier: Apache-2.0
//
// Waiting for background work of a store in this process, whatever the store: flushes, compactions.
#pragma once

#include <chrono>

namespace idem::bench {

// Returns when no other thread of this process has run or waited for a disk for a while, with the
// moment at which the last one did (or the moment of the call).
std::chrono::steady_clock::time_point WaitUntilQuiet();

}  // namespace idem::bench
