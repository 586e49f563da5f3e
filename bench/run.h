// SPDX-License-Identifier: Apache-2.0
//
// One run: one workload on one peer, in a directory of its own.
//
//   open -> preload -> restart, wait for background work -> MEASURED -> restart, wait -> check
//
// Measured is Peer::Apply alone: records are made before it, and are the same for every peer. A
// restart is what every store can do; it leaves nobody's preload in a write buffer, and shows that
// what was applied is also there afterwards.
#pragma once

#include <cstdint>
#include <filesystem>

#include "final_state.h"
#include "peers/peer.h"
#include "values.h"
#include "workload.h"

namespace idem::bench {

struct RunSettings {
  std::uint64_t records = 0;  // at least 2
  std::size_t batch = 0;      // records of one Apply
  Durability durability = Durability::kAsync;
  std::filesystem::path parent;  // of the run's own directory
  Values values = {};
};

struct Measurement {
  double opening_s = 0;  // of the store with its preload, before it was measured
  double wall_s = 0;
  double cpu_s = 0;                 // of this process and of the peer's server
  std::uint64_t written_bytes = 0;  // by the one that keeps the rows, while it was measured
  std::uint64_t disk_bytes = 0;     // after the restart
  std::uint64_t rows = 0;
};

// Throws std::runtime_error when the store does not hold `expected` at the end.
Measurement Run(const PeerKind& kind, const Workload& workload, const RunSettings& settings,
                const FinalState& expected);

}  // namespace idem::bench
