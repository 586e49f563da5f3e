// SPDX-License-Identifier: Apache-2.0
//
// ClockJumper: sets the clock of the machine back or forth, by a second or by years.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class ClockJumper final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
