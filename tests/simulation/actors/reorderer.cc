// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/reorderer.h"

#include <algorithm>
#include <utility>

namespace idem::simulation {
namespace {

std::size_t AnyOf(World* world) { return world->chance().Below(world->wire().coming.size()); }

}  // namespace

void Reorderer::Act(World* world) {
  if (world->wire().coming.empty()) return;
  switch (world->chance().Below(5)) {
    case 0:
    case 1:
      return Swap(world);
    case 2:
      return CutInTwo(world);
    case 3:
      return JoinTwo(world);
    default:
      return TurnAround(world);
  }
}

void Reorderer::Swap(World* world) {
  auto& coming = world->wire().coming;
  std::swap(coming[AnyOf(world)], coming[AnyOf(world)]);
}

// A token names exactly these records, so it does not survive.
void Reorderer::CutInTwo(World* world) {
  auto& coming = world->wire().coming;
  Delivery& first = coming[AnyOf(world)];
  if (first.places.size() < 2) return;
  Delivery rest{.life = first.life};
  const auto cut = first.places.begin() + 1 +
                   static_cast<std::ptrdiff_t>(world->chance().Below(first.places.size() - 1));
  rest.places.assign(cut, first.places.end());
  first.places.erase(cut, first.places.end());
  first.token.reset();
  coming.push_back(std::move(rest));
}

void Reorderer::JoinTwo(World* world) {
  auto& coming = world->wire().coming;
  if (coming.size() < 2) return;
  const Delivery last = std::move(coming.back());
  coming.pop_back();
  Delivery& one = coming[AnyOf(world)];
  one.places.insert(one.places.end(), last.places.begin(), last.places.end());
  one.token.reset();
}

void Reorderer::TurnAround(World* world) {
  Delivery& one = world->wire().coming[AnyOf(world)];
  std::reverse(one.places.begin(), one.places.end());
  if (one.places.size() > 1) one.token.reset();
}

}  // namespace idem::simulation
