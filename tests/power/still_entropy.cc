// SPDX-License-Identifier: Apache-2.0
//
// Linked into a test, it takes the place of the system's randomness: stores are named and filters
// seeded alike in every run, so that compressed files have the same length and a cycle can be
// repeated to the byte.

#include <sys/random.h>

#include <cstddef>

ssize_t getrandom(void* bytes, std::size_t size, unsigned int) {
  auto* const out = static_cast<unsigned char*>(bytes);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(37 * i + 11);
  return static_cast<ssize_t>(size);
}
