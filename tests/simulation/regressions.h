// SPDX-License-Identifier: Apache-2.0
//
// The seeds of the bugs that the simulation found. They are run with every run, before all others.
#pragma once

#include <array>
#include <cstdint>

namespace idem::simulation {

struct Regression {
  std::uint64_t seed;
  const char* bug;
};

inline constexpr std::array<Regression, 0> kRegressions = {};

}  // namespace idem::simulation
