// SPDX-License-Identifier: Apache-2.0
//
// Counts what a thread takes from the heap. A program that links heap.cc has operator new replaced
// by one that counts, for itself and for every library it uses. By thread, where that of the tests
// (support/allocations.h) counts all: an atomic counter would slow down the peers that allocate.
#pragma once

#include <cstdint>

namespace idem::bench {

// Calls of operator new by this thread so far.
std::uint64_t AllocationsOfThread() noexcept;

}  // namespace idem::bench
