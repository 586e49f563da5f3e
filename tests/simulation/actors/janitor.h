// SPDX-License-Identifier: Apache-2.0
//
// Janitor: what a host does besides ingesting: flushes, collects tombstones, forgets tokens, lets
// work in the background run.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Janitor final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
