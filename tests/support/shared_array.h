// SPDX-License-Identifier: Apache-2.0
//
// SharedArray: numbers that child processes leave to their parent. It must exist before they are
// forked, and begins with zeros; who writes where is agreed between them.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <span>
#include <type_traits>

namespace idem::testing {

template <typename T>
class SharedArray {
  static_assert(std::is_trivially_copyable_v<T>, "zero pages are its initial state");

 public:
  explicit SharedArray(std::size_t size) : size_(size) {
    void* memory =
        ::mmap(nullptr, Bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    data_ = static_cast<T*>(memory);
  }
  ~SharedArray() { ::munmap(data_, Bytes()); }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  std::span<T> all() noexcept { return {data_, size_}; }

 private:
  std::size_t Bytes() const noexcept { return (size_ == 0 ? 1 : size_) * sizeof(T); }

  const std::size_t size_;
  T* data_;
};

}  // namespace idem::testing
