// SPDX-License-Identifier: Apache-2.0
//
// Rival: a second process that wants to write. It must be refused and leave the disk as it was.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Rival final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
