// SPDX-License-Identifier: Apache-2.0
//
// Courier: brings the host the next delivery. What the store rejected it brings again, mostly.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Courier final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
