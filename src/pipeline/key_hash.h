// SPDX-License-Identifier: Apache-2.0
//
// KeyHash: the hash by which keys are found in memory. Each is seeded at random, so that nobody can
// choose keys that collide. Nothing that lasts or is reported may depend on it.
//
// Thread-safety: multiple threads may call const methods on one object without synchronization.
#pragma once

#include <cstdint>
#include <string_view>

namespace idem::pipeline {

class KeyHash {
 public:
  KeyHash();
  std::uint64_t operator()(std::string_view key) const noexcept;

 private:
  std::uint64_t seed_;
};

}  // namespace idem::pipeline
