// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/cast.h"

#include "simulation/actors/bad_disk.h"
#include "simulation/actors/clock_jumper.h"
#include "simulation/actors/courier.h"
#include "simulation/actors/crasher.h"
#include "simulation/actors/duplicator.h"
#include "simulation/actors/full_disk.h"
#include "simulation/actors/janitor.h"
#include "simulation/actors/operator.h"
#include "simulation/actors/overwriter.h"
#include "simulation/actors/producer.h"
#include "simulation/actors/reader.h"
#include "simulation/actors/reorderer.h"
#include "simulation/actors/rival.h"
#include "simulation/actors/zombie.h"

namespace idem::simulation {

template <typename One>
void Cast::Add(std::uint64_t weight) {
  roles_.push_back({std::make_unique<One>(), weight});
  weights_ += weight;
}

Cast::Cast(const Conditions& conditions) {
  Add<Operator>(5);
  Add<Producer>(6);
  Add<Courier>(12);
  Add<Janitor>(3);
  Add<Reader>(2);
  if (conditions.duplicates) Add<Duplicator>(2);
  if (conditions.reorders) Add<Reorderer>(3);
  if (conditions.crashes) Add<Crasher>(2);
  if (conditions.bad_disk) Add<BadDisk>(1);
  if (conditions.full_disk) Add<FullDisk>(1);
  if (conditions.zombies) {
    Add<Zombie>(2);
    Add<Rival>(1);
  }
  if (conditions.meddling) Add<Overwriter>(1);
  if (conditions.clock_jumps) Add<ClockJumper>(1);
}

Cast::~Cast() = default;

void Cast::ActOnce(World* world) {
  std::uint64_t drawn = world->chance().Below(weights_);
  for (const Role& role : roles_) {
    if (drawn < role.weight) return role.actor->Act(world);
    drawn -= role.weight;
  }
}

}  // namespace idem::simulation
