// SPDX-License-Identifier: Apache-2.0
//
// Target: one way of giving idem hostile bytes. Each targets/*.cc registers one, by its own name:
//
//   IDEM_FUZZ_TARGET(row) {          // a function of std::string_view input
//     ...
//     Require(again == input, "what is read is written the same");
//   }
//
// A target says what holds for every input, which is more than "no crash": what a decoder accepts
// is what its encoder writes, a normal form stays as it is, the order of the bytes is the order of
// the values. It keeps no state between inputs, so that an input says it all.
#pragma once

#include <stdexcept>
#include <string_view>
#include <vector>

namespace idem::fuzz {

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};

// The targets linked into this program.
inline std::vector<Target>& Targets() {
  static std::vector<Target> targets;
  return targets;
}

struct Registration {
  Registration(std::string_view name, void (*run)(std::string_view)) {
    Targets().push_back({name, run});
  }
};

// Nobody catches it in a fuzzer, whose process ends with the input at hand.
struct BrokenPromise : std::logic_error {
  using std::logic_error::logic_error;
};

inline void Require(bool holds, const char* promise) {
  if (!holds) throw BrokenPromise(promise);
}

}  // namespace idem::fuzz

#define IDEM_FUZZ_TARGET(name)                                                 \
  static void FuzzTarget(std::string_view input);                              \
  static const ::idem::fuzz::Registration kFuzzRegistration(name, FuzzTarget); \
  static void FuzzTarget(std::string_view input)
