// SPDX-License-Identifier: Apache-2.0
//
// Linked into a test, it takes the chance out of how large a piece of memory is. RocksDB flushes a
// memtable when the blocks of its arena are full, and counts what malloc really gave: some bytes
// more where the piece that it found was larger. Here arrays have sizes in steps, and what malloc
// gave beyond a step does not count.
//
// AddressSanitizer has its own of both, and tells exactly what was asked for.

#ifndef __SANITIZE_ADDRESS__

#include <dlfcn.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
constexpr std::size_t kStep = 64;
}  // namespace

void* operator new[](std::size_t bytes) {
  void* const memory = std::malloc((bytes + kStep - 1) / kStep * kStep);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" std::size_t malloc_usable_size(void* memory) noexcept {
  using Function = std::size_t (*)(void*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "malloc_usable_size"));
  return real(memory) / kStep * kStep;
}

#endif
