// SPDX-License-Identifier: Apache-2.0
//
// Pages: zeroed memory straight from the system, which hands out each page when it is first
// touched. So a table can be laid out for its largest size at once and costs what is used of it,
// and it never has to be copied into a larger one.
//
// Thread-safety: external.
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace idem::base {

class Pages {
 public:
  // `bytes` of zeros; none when `bytes` is 0 or the system refuses.
  explicit Pages(std::size_t bytes) noexcept {
    if (bytes == 0) return;
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    // Fewer and larger pages where the system has them: what is looked up is all over the place.
    static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
    memory_ = memory;
    bytes_ = bytes;
  }
  ~Pages() {
    if (memory_ != nullptr) ::munmap(memory_, bytes_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void* memory() const noexcept { return memory_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace idem::base
