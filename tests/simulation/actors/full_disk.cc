// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/full_disk.h"

namespace idem::simulation {

void FullDisk::Act(World* world) {
  full_ = !full_;
  world->Note(full_ ? "the disk fills" : "there is room again");
  if (full_) {
    const power::FaultPlan plan{.fault = power::Fault::kNoSpace,
                                .first = world->chance().Below(10),
                                .burst = power::kUntilHealed};
    world->machine().Break(plan);
    world->Reach(Probe::kDiskFull);
  } else {
    world->machine().disk().Heal();
    world->Reach(Probe::kDiskFullAndFree);
  }
}

}  // namespace idem::simulation
