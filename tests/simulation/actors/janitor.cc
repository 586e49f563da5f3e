// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/janitor.h"

namespace idem::simulation {

void Janitor::Act(World* world) {
  if (world->host() == nullptr) return;
  switch (world->chance().Below(6)) {
    case 0:
    case 1:
      world->Note("flush");
      return world->Offer(script::Flush{});
    case 2:
    case 3:
      world->Note("collect tombstones");
      return world->Offer(script::Collect{std::string(kRecent)});
    case 4:
      world->Note("forget the tokens of earlier lives");
      return world->Offer(script::ForgetTokens{"producer", FirstTokenOf(world->life())});
    default:
      return world->RunJobs();
  }
}

}  // namespace idem::simulation
