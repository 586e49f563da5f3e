// SPDX-License-Identifier: Apache-2.0
#include "simulation/checks/offsets.h"

#include <cstdint>
#include <set>
#include <string>

#include "simulation/violation.h"

namespace idem::simulation {
namespace {

std::set<script::Tuple> Done(const script::State& state) {
  std::set<script::Tuple> done;
  const auto add = [&done](const Partition& partition, std::int64_t begin, std::int64_t end) {
    for (std::int64_t offset = begin; offset < end; ++offset) {
      done.insert(Source::LogKey(partition, offset));
    }
  };
  for (const Checkpoint& checkpoint : state.checkpoints) {
    add(checkpoint.partition, checkpoint.start, checkpoint.next);
    for (const OffsetRange& range : checkpoint.done)
      add(checkpoint.partition, range.begin, range.end);
  }
  return done;
}

std::set<script::Tuple> Logged(const script::State& state) {
  std::set<script::Tuple> logged;
  for (const script::TableState& table : state.tables) {
    if (table.name != kLog) continue;
    for (const script::RowState& row : table.live) logged.insert(row.key);
  }
  return logged;
}

}  // namespace

void CheckOffsets(const Source& source, const script::State& state) {
  const std::set<script::Tuple> done = Done(state);
  const std::set<script::Tuple> logged = Logged(state);
  const auto all = source.partitions().size() * static_cast<std::size_t>(source.positions());
  if (done == logged && done.size() <= all) return;
  throw Violation("the checkpoints say that " + std::to_string(done.size()) +
                  " positions are done, the rows are those of " + std::to_string(logged.size()) +
                  " of " + std::to_string(all));
}

}  // namespace idem::simulation
