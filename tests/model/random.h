// SPDX-License-Identifier: Apache-2.0
//
// Random choices of the model test, from a seed or from somebody's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "support/random.h"

namespace idem::model {

class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}

  // Choices made by somebody else: two bytes each, as long as there are any, then as from a seed.
  explicit Random(std::string_view choices) : choices_(choices) {}

  std::uint64_t Next() noexcept {
    if (choices_.size() >= 2) {
      const auto high = static_cast<std::uint8_t>(choices_[0]);
      const auto low = static_cast<std::uint8_t>(choices_[1]);
      choices_.remove_prefix(2);
      return std::uint64_t{high} << 8U | low;
    }
    return testing::Mix(seed_, drawn_++);
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
  std::uint64_t seed_ = 0;
  std::uint64_t drawn_ = 0;
  std::string_view choices_;
};

}  // namespace idem::model
