// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/retired_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>

namespace idem::storage {
namespace {

class Thing final : private RetiredMemory<Thing>::Owner {
 public:
  static Thing* Make() {
    void* const memory = RetiredMemory<Thing>::Take();
    return ::new (memory) Thing(memory);
  }

 private:
  explicit Thing(void* memory) : Owner(memory) {}
  std::array<char, 200> bytes_{};
};

TEST(RetiredMemory, TheNextObjectHasTheMemoryOfTheLast) {
  Thing* const one = Thing::Make();
  Thing* const other = Thing::Make();
  EXPECT_NE(one, other);
  one->~Thing();
  Thing* const next = Thing::Make();
  EXPECT_EQ(next, one);
  next->~Thing();
  other->~Thing();
}

// Takes memory when its thread ends, after what was kept has been freed.
struct Late {
  bool* distinct = nullptr;
  ~Late() {
    if (distinct == nullptr) return;
    const auto theirs = std::make_unique<std::array<char, sizeof(Thing)>>();
    Thing* const mine = Thing::Make();
    *distinct = static_cast<void*>(mine) != theirs.get();
    mine->~Thing();
  }
};

TEST(RetiredMemory, NothingThatWasFreedIsUsedAgainWhenTheThreadEnds) {
  bool distinct = false;
  std::thread([&distinct] {
    static thread_local Late late;
    late.distinct = &distinct;  // first, so that it is destroyed last
    Thing::Make()->~Thing();
  }).join();
  EXPECT_TRUE(distinct);
}

}  // namespace
}  // namespace idem::storage
