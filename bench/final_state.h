// SPDX-License-Identifier: Apache-2.0
//
// FinalState: what a store holds at the end, and what it has to hold. Compared after every run, so
// that a store that is fast because it does not do the work is no measurement but an error.
#pragma once

#include <cstdint>
#include <string>

#include "peers/peer.h"
#include "values.h"
#include "workload.h"

namespace idem::bench {

struct FinalState {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;  // of all keys, versions and values, in any order
  std::int64_t next = 0;       // the offset to read next

  friend bool operator==(const FinalState&, const FinalState&) = default;
};

// Worked out from the stream alone: of each key the highest version.
FinalState ExpectedState(const Workload& workload, std::uint64_t records, const Values& values);

FinalState StoredState(const Peer& peer);

std::string ToString(const FinalState& state);

}  // namespace idem::bench
