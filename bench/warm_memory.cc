// SPDX-License-Identifier: Apache-2.0

#include "warm_memory.h"

#include <sys/mman.h>

#include <cstddef>

namespace idem::bench {
namespace {

constexpr std::size_t kBytes = 256 << 20;
constexpr std::size_t kSmallestPage = 4096;

// Best effort: where the system refuses, memory is as warm as it was.
class TouchedMemory {
 public:
  explicit TouchedMemory(int advice)
      : memory_(
            ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) return;
    static_cast<void>(::madvise(memory_, kBytes, advice));
    auto* bytes = static_cast<volatile char*>(memory_);
    for (std::size_t at = 0; at < kBytes; at += kSmallestPage) bytes[at] = 1;
  }
  ~TouchedMemory() {
    if (memory_ != MAP_FAILED) ::munmap(memory_, kBytes);
  }
  TouchedMemory(const TouchedMemory&) = delete;
  TouchedMemory& operator=(const TouchedMemory&) = delete;

 private:
  void* const memory_;
};

}  // namespace

void WarmMemory() {
  const TouchedMemory large(MADV_HUGEPAGE);
  const TouchedMemory small(MADV_NOHUGEPAGE);
}

}  // namespace idem::bench
