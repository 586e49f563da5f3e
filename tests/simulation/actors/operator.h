// SPDX-License-Identifier: Apache-2.0
//
// Operator: starts the host where none runs, and now and then restarts one that does.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Operator final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
