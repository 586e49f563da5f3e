// SPDX-License-Identifier: Apache-2.0
//
// Violation: something that idem promises does not hold.
#pragma once

#include <stdexcept>

namespace idem::simulation {

class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace idem::simulation
