// SPDX-License-Identifier: Apache-2.0
//
// Asks for a line of memory before it is needed.
#pragma once

namespace idem::base {

inline void Fetch(const void* at) noexcept {
  __builtin_prefetch(at);
  // Without this GCC 12 takes a function that does nothing else for one that does nothing, and
  // leaves out the calls of it that it sees through.
  asm volatile("" : : "r"(at));
}

}  // namespace idem::base
