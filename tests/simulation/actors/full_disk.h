// SPDX-License-Identifier: Apache-2.0
//
// FullDisk: fills the disk, until somebody makes room again.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class FullDisk final : public Actor {
 public:
  void Act(World* world) override;

 private:
  bool full_ = false;
};

}  // namespace idem::simulation
