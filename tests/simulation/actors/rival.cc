// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/rival.h"

#include "simulation/violation.h"

namespace idem::simulation {

void Rival::Act(World* world) {
  if (world->host() == nullptr) return;
  world->Note("a second process wants to write");
  const std::size_t before = world->machine().operations();
  const auto opened = Host::Open(&world->machine(), world->options(), {});
  if (opened) throw Violation("two processes have the store open for writing");
  if (opened.error().code() != ErrorCode::kStoreLocked && !world->FormatIsDamaged()) {
    throw Violation("a second writer is refused with " + opened.error().ToString());
  }
  if (world->machine().operations() != before) {
    throw Violation("a second writer changed the disk before it was refused");
  }
  world->Reach(Probe::kRivalRefused);
}

}  // namespace idem::simulation
