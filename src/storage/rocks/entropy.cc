// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/entropy.h"

#include <sys/random.h>

#include <array>
#include <cstring>

namespace idem::storage {

Result<void> FillRandom(std::span<std::uint8_t> bytes) {
  // Up to 256 bytes come whole.
  if (::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) return {};
  return Error(ErrorCode::kIoError, "the system gives no random bytes; try again");
}

Result<std::uint64_t> RandomNumber() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  if (Result<void> filled = FillRandom(bytes); !filled) return filled.error();
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

}  // namespace idem::storage
