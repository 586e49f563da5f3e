// SPDX-License-Identifier: Apache-2.0
//
// Coverage: the situations that a run must have met to mean anything. A cell that stays at zero
// fails the test, so that a change of the generator cannot quietly stop testing something.
#pragma once

#include "model/oracle.h"
#include "script/target.h"

#include <string>
#include <vector>

namespace idem::model {

class Coverage {
 public:
  Coverage();

  // For the oracle to write into.
  Probes* probes() noexcept { return &cells_; }

  void See(const script::Answer& answer);

  std::vector<std::string> Missing() const;
  std::string Table() const;

 private:
  Probes cells_;
};

}  // namespace idem::model
