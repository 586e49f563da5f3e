// SPDX-License-Identifier: Apache-2.0

#include "heap.h"

#include <cstdlib>
#include <new>

namespace {
thread_local std::uint64_t allocations = 0;
}

// Not inlined, or the compiler sees new answered by free and warns.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size)) return at;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace idem::bench {

std::uint64_t AllocationsOfThread() noexcept { return allocations; }

}  // namespace idem::bench
