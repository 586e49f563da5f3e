// SPDX-License-Identifier: Apache-2.0
//
// Crasher: kills the process or takes the power away, at any operation on the disk from now on.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Crasher final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
