// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/zombie.h"

#include "script/text.h"
#include "simulation/violation.h"

namespace idem::simulation {

void Zombie::Act(World* world) {
  if (host_ != nullptr && power_losses_ != world->power_losses()) host_.reset();
  if (host_ != nullptr) return Wake(world);
  if (world->host() == nullptr || world->host()->lock_is_lost || world->machine().HasCut()) return;
  if (!world->chance().OneIn(3)) return;
  world->Note("the host freezes, and its directory is replaced");
  host_ = world->Freeze();
  power_losses_ = world->power_losses();
}

void Zombie::Wake(World* world) {
  const std::vector<Delivery>& sent = world->wire().sent;
  if (sent.empty()) return;
  const std::size_t before = host_->operations();
  const std::uint64_t commit = host_->commit();
  const std::uint64_t failed_before = host_->failed();
  script::Commit late;
  for (const script::Place& place : sent[world->chance().Below(sent.size())].places) {
    world->source().Append(place, &late.actions);
  }
  const script::Answer answer = host_->target().CommitWith(late, Durability::kAsync);
  world->Note(answer.ok() ? "the zombie commits nothing new"
                          : "the zombie commits: " + answer.message);
  // What it has already is replayed, and so nothing is written.
  const bool nothing_new = answer.ok() && answer.commit == commit;
  const bool fenced = !answer.ok() && answer.errors.front() == ErrorCode::kFenced;
  // The disk may fail it before it comes to writing: rejected as well, and without effect.
  const bool unread = !answer.ok() && answer.errors.front() == ErrorCode::kIoError &&
                      host_->failed() > failed_before;
  if (fenced) world->Reach(Probe::kZombieFenced);
  if (!nothing_new && !fenced && !unread) throw Violation("a zombie was not fenced");
  if (host_->operations() != before) throw Violation("a zombie changed the disk");
  if (world->chance().OneIn(2)) return;
  auto disk = host_->disk();
  host_.reset();
  if (disk->operation_count() != before) throw Violation("a zombie changed the disk as it closed");
}

}  // namespace idem::simulation
