// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/duplicator.h"

namespace idem::simulation {

void Duplicator::Act(World* world) {
  Wire& wire = world->wire();
  if (wire.sent.empty()) return;
  const Delivery& again = wire.sent[world->chance().Below(wire.sent.size())];
  const auto where = static_cast<std::ptrdiff_t>(world->chance().Below(wire.coming.size() + 1));
  wire.coming.insert(wire.coming.begin() + where, again);
}

}  // namespace idem::simulation
