// SPDX-License-Identifier: Apache-2.0
//
// Chance that can be repeated: everything random in a test is a function of its seed, the same on
// every machine and standard library.
#pragma once

#include <cstdint>

namespace idem::testing {

// Derives the `index`-th of independent seeds.
constexpr std::uint64_t Mix(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t x = seed + 0x9e3779b97f4a7c15ULL * (index + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}
  // 0 <= result < bound
  std::uint64_t Below(std::uint64_t bound) { return Mix(seed_, ++drawn_) % bound; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

}  // namespace idem::testing
