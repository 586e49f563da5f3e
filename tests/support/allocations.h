// SPDX-License-Identifier: Apache-2.0
//
// Counts what a test program takes from the heap. A program that links allocations.cc has operator
// new replaced by one that counts, for itself and for every library it uses.
#pragma once

#include <cstddef>

namespace idem::testing {

// Calls of operator new in all threads so far.
std::size_t Allocations() noexcept;

}  // namespace idem::testing
