// SPDX-License-Identifier: Apache-2.0
//
// How the peers without columns keep a row: eight bytes of version, then the value.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "record.h"

namespace idem::bench {

inline constexpr std::size_t kVersionBytes = sizeof(std::int64_t);

inline std::string_view BytesOf(const std::int64_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

inline std::int64_t NumberIn(std::string_view bytes) {
  std::int64_t number = 0;
  if (bytes.size() < sizeof(number)) throw std::runtime_error("a stored number is cut off");
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

inline Record DecodeRow(std::string_view key, std::string_view stored) {
  const std::int64_t version = NumberIn(stored);
  return {key, stored.substr(kVersionBytes), version, {}};
}

}  // namespace idem::bench
