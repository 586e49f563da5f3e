// SPDX-License-Identifier: Apache-2.0
//
// Hands the inputs of libFuzzer to the one target of the program.

#include "fuzz/target.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const idem::fuzz::Target target = idem::fuzz::Targets().at(0);
  target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
