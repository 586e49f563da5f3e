// SPDX-License-Identifier: Apache-2.0
//
// Duplicator: lets something that was sent once come once more, sooner or later.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Duplicator final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
