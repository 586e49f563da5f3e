// SPDX-License-Identifier: Apache-2.0
//
// RetiredMemory: memory for objects whose owner calls their destructor and nothing more, because it
// believes them to lie in an arena of its own. Such an object has Owner as its first base, whose
// destructor comes last and gives the memory back; nothing looks at it after that.
//
// A few pieces are kept for the next objects of the thread. Some object may be destroyed when the
// thread or the process ends, after what was kept has been freed: from then on nothing is kept.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <type_traits>

namespace idem::storage {

template <typename T>
class RetiredMemory {
 public:
  class Owner {
   public:
    // `memory` is that of the object, from Take.
    explicit Owner(void* memory) noexcept : memory_(memory) {}
    ~Owner() { Give(memory_); }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

   private:
    void* const memory_;
  };

  static void* Take() {
    return kept_.count > 0 ? kept_.pieces[--kept_.count] : ::operator new(sizeof(T));
  }

 private:
  static constexpr std::size_t kKept = 16;

  struct Kept {
    std::array<void*, kKept> pieces{};
    std::size_t count = 0;
    bool over = false;  // what is given is freed at once
  };
  // Without a destructor, and so there as long as its thread is.
  static_assert(std::is_trivially_destructible_v<Kept>);
  static constinit inline thread_local Kept kept_{};

  struct FreeAtEnd {
    ~FreeAtEnd() {
      while (kept_.count > 0) ::operator delete(kept_.pieces[--kept_.count]);
      kept_.over = true;
    }
  };

  static void Give(void* memory) noexcept {
    static thread_local const FreeAtEnd at_end;
    if (kept_.over || kept_.count == kKept) return ::operator delete(memory);
    kept_.pieces[kept_.count++] = memory;
  }
};

}  // namespace idem::storage
