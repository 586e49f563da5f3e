// SPDX-License-Identifier: Apache-2.0
//
// Reader: takes a snapshot and reads it later, when other commits were made: rows, checkpoints and
// quarantine must be those of the moment at which it was taken, or the read must say that it
// failed.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Reader final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
