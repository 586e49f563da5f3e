// SPDX-License-Identifier: Apache-2.0
//
// BadDisk: lets operations on the disk fail, once or many times in a row.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class BadDisk final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
