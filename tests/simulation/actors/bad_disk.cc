// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/bad_disk.h"

namespace idem::simulation {

void BadDisk::Act(World* world) {
  constexpr std::uint64_t kBursts[] = {1, 1, 3, 8, 40};
  testing::Random& chance = world->chance();
  power::FaultPlan plan{.fault = static_cast<power::Fault>(chance.Below(power::kFaults)),
                        .first = chance.Below(25),
                        .burst = kBursts[chance.Below(std::size(kBursts))]};
  // A commit reads before it writes: one failure that comes at once meets its look-ups, and then
  // the write works.
  if (chance.OneIn(2)) plan = {.fault = power::Fault::kError, .first = 0, .burst = 1};
  world->Note("in " + std::to_string(plan.first) + " operations " + std::to_string(plan.burst) +
              " fail: " + std::string(power::ToString(plan.fault)));
  world->machine().Break(plan);
}

}  // namespace idem::simulation
