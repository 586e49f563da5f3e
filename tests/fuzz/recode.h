// SPDX-License-Identifier: Apache-2.0
//
// What every decoder of stored bytes promises: it accepts nothing but what its encoder writes.
#pragma once

#include "fuzz/target.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idem::fuzz {

template <typename T>
void Recode(std::string_view bytes, bool (*decode)(std::string_view, T*),
            void (*append)(const T&, std::string*)) {
  T value{};
  if (!decode(bytes, &value)) return;
  std::string again;
  append(value, &again);
  Require(again == bytes, "what a decoder accepts is what the encoder writes");
}

// Records whose identity stands in their key: the first byte of the input says how long the key is.
struct KeyAndValue {
  std::string_view key;
  std::string_view value;
};

inline KeyAndValue SplitKey(std::string_view input) {
  if (input.empty()) return {};
  const std::size_t size = static_cast<std::uint8_t>(input.front());
  input.remove_prefix(1);
  const std::string_view key = input.substr(0, size);
  return {key, input.substr(key.size())};
}

}  // namespace idem::fuzz
