// SPDX-License-Identifier: Apache-2.0
//
// Actor: somebody in a world who does one thing, again and again, whenever chance calls.
#pragma once

#include "simulation/world.h"

namespace idem::simulation {

class Actor {
 public:
  virtual ~Actor() = default;

  // One act. It does nothing where there is nothing to do.
  virtual void Act(World* world) = 0;
};

}  // namespace idem::simulation
