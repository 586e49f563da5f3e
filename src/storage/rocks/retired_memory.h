// SPDX-License-Identifier: Apache-2.0
//
// RetiredMemory: memory for objects whose owner calls their destructor and nothing more, because it
// believes them to lie in an arena of its own. An object gives its memory back in its destructor,
// while that still runs; so the thread that runs it is the only one that may use the memory again,
// which it can do no sooner than the destructor has returned.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace idem::storage {

template <typename T>
class RetiredMemory {
 public:
  static void* Take() {
    RetiredMemory& mine = OfThisThread();
    return mine.count_ > 0 ? mine.kept_[--mine.count_] : ::operator new(sizeof(T));
  }
  static void Give(void* memory) noexcept {
    RetiredMemory& mine = OfThisThread();
    // What is kept was given by destructors that have returned.
    if (mine.count_ == kKept) ::operator delete(mine.kept_[--mine.count_]);
    mine.kept_[mine.count_++] = memory;
  }

  ~RetiredMemory() {
    for (std::size_t i = 0; i < count_; ++i) ::operator delete(kept_[i]);
  }

 private:
  static constexpr std::size_t kKept = 16;

  RetiredMemory() = default;
  static RetiredMemory& OfThisThread() {
    static thread_local RetiredMemory mine;
    return mine;
  }

  std::array<void*, kKept> kept_{};
  std::size_t count_ = 0;
};

}  // namespace idem::storage
