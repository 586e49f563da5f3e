// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/reader.h"

#include <utility>

#include "model/compare.h"
#include "simulation/checks/offsets.h"
#include "simulation/violation.h"

namespace idem::simulation {
namespace {

void ReadAndCompare(World* world, const Host::Reading& reading) {
  const script::State state = script::ReadState(reading.snapshot);
  const std::string problem = model::CompareStates(reading.expected, state);
  if (!problem.empty()) throw Violation("a snapshot is not of its commit:\n" + problem);
  CheckOffsets(world->source(), state);
  if (reading.expected.commit < world->history().current()) {
    world->Reach(Probe::kSnapshotAcrossCommits);
  }
}

void TakeOrRead(World* world, Host* host) {
  if (host->reading) {
    world->Note("read the snapshot of commit " + std::to_string(host->reading->expected.commit));
    return ReadAndCompare(world, *std::exchange(host->reading, std::nullopt));
  }
  Snapshot snapshot = host->sink().NewSnapshot().value();
  model::Oracle oracle = world->history().latest();
  host->reading.emplace(Host::Reading{std::move(snapshot), oracle.Read()});
}

}  // namespace

void Reader::Act(World* world) {
  Host* host = world->host();
  if (host == nullptr) return;
  const std::uint64_t failed_before = world->machine().disk().failed();
  try {
    TakeOrRead(world, host);
  } catch (const BadResult&) {
    if (world->machine().disk().failed() == failed_before) throw;
    world->Reach(Probe::kReadFailed);
  }
}

}  // namespace idem::simulation
