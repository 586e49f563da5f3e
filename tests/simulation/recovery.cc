// SPDX-License-Identifier: Apache-2.0
//
// The second phase: no trouble is left, and the host must come to the end of the source.
#include <algorithm>

#include "simulation/actors/courier.h"
#include "simulation/actors/producer.h"
#include "simulation/checks/order_free.h"
#include "simulation/violation.h"
#include "simulation/world.h"

namespace idem::simulation {
namespace {

// A handle that an earlier fault ended, a directory that the store refuses, and a store that is
// filled again: more openings than that are a host that is stuck.
constexpr int kOpeningsMax = 4;
constexpr int kTurnsMax = 1000;

}  // namespace

bool World::AllDone() {
  const auto points = host_->sink().ResumeFrom(kSource).value();
  return points.size() == source_.partitions().size() &&
         std::all_of(points.begin(), points.end(), [this](const ResumePoint& point) {
           return point.next == source_.positions();
         });
}

void World::LiveOn() {
  Note("all troubles end");
  wire_.coming.clear();
  Producer producer;
  Courier courier;
  int openings = 0;
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    if (!host_) {
      if (++openings > kOpeningsMax) throw Violation("stuck: it was opened again and again");
      Open();
    } else if (AllDone()) {
      OfferEverything();  // the handle may be one that an earlier fault has ended
      if (host_) return CheckEnd();
    } else {
      if (wire_.coming.empty()) producer.Act(this);
      courier.Act(this);
    }
  }
  throw Violation("stuck: it does not come to the end of the source");
}

// Everything is done already, so nothing may come of it.
void World::OfferEverything() {
  const std::uint64_t end = history_.current();
  script::Commit everything;
  for (const Partition& partition : source_.partitions()) {
    for (std::int64_t offset = 0; offset < source_.positions(); ++offset) {
      source_.Append({std::string(kSource), partition, offset, ""}, &everything.actions);
    }
  }
  Offer(everything, Durability::kSync);
  if (history_.current() != end) throw Violation("offering everything again changed it");
}

void World::CheckEnd() {
  const std::uint64_t end = history_.current();
  CheckOrderFree(source_, host_->target().Read());
  Close();
  Open();
  if (!host_ || history_.current() != end) throw Violation("the end did not survive a reopening");
  if (const std::string problem = host_->target().Check(); !problem.empty()) {
    throw Violation(problem);
  }
}

}  // namespace idem::simulation
