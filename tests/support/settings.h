// SPDX-License-Identifier: Apache-2.0
//
// Numbers from the environment: how much to do, and which cycle to repeat.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

namespace idem::testing {

inline std::optional<std::uint64_t> Setting(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace idem::testing
