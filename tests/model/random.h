// SPDX-License-Identifier: Apache-2.0
//
// A small generator of our own: the standard distributions differ between libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::model {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // Choices made by somebody else: two bytes each, as long as there are any, then as from a seed.
  explicit Random(std::string_view choices) : choices_(choices) {}

  std::uint64_t Next() noexcept {  // splitmix64
    if (choices_.size() >= 2) {
      const auto high = static_cast<std::uint8_t>(choices_[0]);
      const auto low = static_cast<std::uint8_t>(choices_[1]);
      choices_.remove_prefix(2);
      return std::uint64_t{high} << 8U | low;
    }
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::uint64_t Below(std::uint64_t n) noexcept { return Next() % n; }
  bool Percent(std::uint64_t n) noexcept { return Below(100) < n; }
  std::int64_t Between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low + 1)));
  }
  template <typename T>
  const T& Of(const std::vector<T>& all) noexcept {
    return all[Below(all.size())];
  }
  template <typename T>
  void Shuffle(std::vector<T>* all) noexcept {
    for (std::size_t i = all->size(); i > 1; --i) std::swap((*all)[i - 1], (*all)[Below(i)]);
  }

 private:
  std::uint64_t state_ = 0;
  std::string_view choices_;
};

}  // namespace idem::model
