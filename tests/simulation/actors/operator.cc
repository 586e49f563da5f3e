// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/operator.h"

namespace idem::simulation {

void Operator::Act(World* world) {
  if (world->host() == nullptr) return world->Open();
  if (!world->chance().OneIn(8)) return;
  world->Note("the operator closes the store");
  world->Close();
}

}  // namespace idem::simulation
