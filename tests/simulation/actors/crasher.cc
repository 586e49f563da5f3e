// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/crasher.h"

namespace idem::simulation {
namespace {

constexpr std::uint64_t kOperationsAhead = 30;  // an opening has about twice as many

}  // namespace

void Crasher::Act(World* world) {
  if (world->machine().HasCut()) return;
  testing::Random& chance = world->chance();
  Cut cut{.at = chance.OneIn(6) ? 0 : chance.Below(kOperationsAhead)};
  if (chance.OneIn(2)) cut.loss = static_cast<power::Loss>(chance.Below(power::kLosses));
  cut.seed = chance.Below(UINT64_MAX);
  cut.outside_is_older = chance.OneIn(2);
  world->Note("in " + std::to_string(cut.at) + " operations " +
              (cut.loss ? "the power goes: " + std::string(power::ToString(*cut.loss))
                        : "the process is killed"));
  world->machine().CutAfter(cut);
}

}  // namespace idem::simulation
