// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/courier.h"

#include <utility>

#include "script/text.h"

namespace idem::simulation {

void Courier::Act(World* world) {
  std::deque<Delivery>& coming = world->wire().coming;
  if (world->host() == nullptr || coming.empty()) return;
  const Delivery delivery = std::move(coming.front());
  coming.pop_front();
  if (delivery.life < world->life()) world->Reach(Probe::kLateDelivery);

  script::Commit commit{.token = delivery.token};
  std::string note = delivery.token ? "deliver, with a token," : "deliver";
  for (const script::Place& place : delivery.places) {
    world->source().Append(place, &commit.actions);
    note += " " + script::ToText(place, true);
  }
  const Conditions& conditions = world->conditions();
  const bool sync = world->chance().Below(12) < conditions.syncs_of_12;
  world->Note(note + (sync ? ", synced" : ""));

  // Not more than one commit while jobs wait: RocksDB would wait for them in the next.
  const bool waited = world->host()->HasJobs();
  const std::uint64_t before = world->rejects();
  world->Offer(commit, sync ? Durability::kSync : Durability::kAsync);
  if (world->rejects() > before && !world->chance().OneIn(4)) coming.push_front(delivery);
  if (waited || !conditions.lazy_jobs) world->RunJobs();
}

}  // namespace idem::simulation
