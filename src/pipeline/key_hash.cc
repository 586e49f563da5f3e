// SPDX-License-Identifier: Apache-2.0
#include "pipeline/key_hash.h"

#include <random>

// Compiled in rather than called: hashing a short key costs less than a call through the linker's
// table would add.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace idem::pipeline {
namespace {

// One device for both halves: making a device costs more than the rest of an opening in memory.
std::uint64_t RandomSeed() {
  std::random_device device;
  const std::uint64_t high = device();
  return (high << 32) | device();
}

}  // namespace

KeyHash::KeyHash() : seed_(RandomSeed()) {}

std::uint64_t KeyHash::operator()(std::string_view key) const noexcept {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed_);
}

}  // namespace idem::pipeline
