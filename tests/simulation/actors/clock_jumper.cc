// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/clock_jumper.h"

namespace idem::simulation {

void ClockJumper::Act(World* world) {
  constexpr std::int64_t kSeconds[] = {1, 3600, 86'400 * 40, 86'400LL * 366 * 3};
  const std::int64_t jump = kSeconds[world->chance().Below(std::size(kSeconds))];
  const bool back = world->chance().OneIn(2);
  world->Note("the clock jumps by " + std::to_string(back ? -jump : jump) + " s");
  world->Reach(back ? Probe::kClockBack : Probe::kClockForth);
  world->clock().Jump(back ? -jump : jump);
}

}  // namespace idem::simulation
