// SPDX-License-Identifier: Apache-2.0
//
// Wire: the deliveries on their way from the source to the host, in the order in which they will
// arrive. Adversaries change that order, repeat deliveries and cut them anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "script/operation.h"

namespace idem::simulation {

struct Delivery {
  std::vector<script::Place> places = {};
  std::optional<script::Token> token =
      {};                  // only for what it was made for: never for other records
  std::uint64_t life = 0;  // of the host, when it was sent
};

// The sequences of a life's tokens begin here, so that no two deliveries have the same.
inline std::int64_t FirstTokenOf(std::uint64_t life) {
  constexpr std::int64_t kTokensMax = 1000;
  return static_cast<std::int64_t>(life) * kTokensMax;
}

struct Wire {
  std::deque<Delivery> coming;
  std::vector<Delivery> sent;  // everything ever sent, to be repeated
};

}  // namespace idem::simulation
