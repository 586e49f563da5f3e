// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/producer.h"

#include <utility>

namespace idem::simulation {

void Producer::Resume(World* world) {
  if (life_ != world->life()) tokens_ = 0;
  life_ = world->life();
  next_.clear();
  for (const Partition& partition : world->source().partitions()) next_[partition.ToString()] = 0;
  for (const ResumePoint& point : world->host()->sink().ResumeFrom(kSource).value()) {
    next_[point.partition.ToString()] = point.next;
  }
}

// The place to read next, of any partition; without a source when all are at their end.
script::Place Producer::NextPlace(World* world) {
  const auto& partitions = world->source().partitions();
  const std::uint64_t first = world->chance().Below(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Partition& partition = partitions[(first + i) % partitions.size()];
    std::int64_t& next = next_[partition.ToString()];
    if (next < world->source().positions()) return {std::string(kSource), partition, next++, ""};
  }
  return {};
}

void Producer::Act(World* world) {
  if (world->host() == nullptr) return;
  const Conditions& conditions = world->conditions();
  if (life_ != world->life()) Resume(world);
  Delivery delivery{.life = life_};
  const std::uint64_t size = 1 + world->chance().Below(conditions.positions_per_batch);
  while (delivery.places.size() < size) {
    script::Place place = NextPlace(world);
    if (place.source.empty()) break;
    delivery.places.push_back(std::move(place));
  }
  if (delivery.places.empty()) {
    if (world->wire().coming.empty()) Resume(world);
    return;
  }
  if (world->chance().Below(12) < conditions.tokens_of_12) {
    delivery.token = script::Token{"producer", FirstTokenOf(life_) + tokens_++};
  }
  world->wire().sent.push_back(delivery);
  world->wire().coming.push_back(std::move(delivery));
}

}  // namespace idem::simulation
