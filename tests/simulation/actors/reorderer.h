// SPDX-License-Identifier: Apache-2.0
//
// Reorderer: changes what is on the wire: swaps deliveries, holds one back, cuts one in two, joins
// two to one, turns one around.
#pragma once

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Reorderer final : public Actor {
 public:
  void Act(World* world) override;

 private:
  static void Swap(World* world);
  static void CutInTwo(World* world);
  static void JoinTwo(World* world);
  static void TurnAround(World* world);
};

}  // namespace idem::simulation
