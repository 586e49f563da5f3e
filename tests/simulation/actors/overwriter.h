// SPDX-License-Identifier: Apache-2.0
//
// Overwriter: somebody who meddles with the files of a store: writes into the lock file, which must
// change nothing; removes or replaces it, after which the writer must be fenced; writes over the
// file that says what the directory is, which must be refused; leaves a file of his own.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Overwriter final : public Actor {
 public:
  void Act(World* world) override;
};

}  // namespace idem::simulation
