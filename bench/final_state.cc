// SPDX-License-Identifier: Apache-2.0

#include "final_state.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <vector>

#include "record_batch.h"

namespace idem::bench {
namespace {

void Count(const Record& row, FinalState* state) {
  const std::uint64_t key =
      XXH3_64bits_withSeed(row.key.data(), row.key.size(), static_cast<XXH64_hash_t>(row.version));
  ++state->rows;
  state->checksum += XXH3_64bits_withSeed(row.value.data(), row.value.size(), key);
}

// By row number; no version: no such row.
class NewestVersions {
 public:
  void Take(const RecordId& id) {
    if (id.row >= versions_.size()) versions_.resize(id.row + 1);
    versions_[id.row] = std::max(versions_[id.row], id.version);
    if (id.offset) next_ = std::max(next_, *id.offset + 1);
  }
  const std::vector<std::int64_t>& versions() const { return versions_; }
  std::int64_t next() const { return next_; }

 private:
  std::vector<std::int64_t> versions_;  // 0: none
  std::int64_t next_ = 0;
};

}  // namespace

FinalState ExpectedState(const Workload& workload, std::uint64_t records, const Values& values) {
  NewestVersions newest;
  for (std::uint64_t i = 0; i < workload.preload * records; ++i) newest.Take(PreloadedRecord(i));
  for (std::uint64_t i = 0; i < records; ++i) newest.Take(workload.record(i, records));
  FinalState state{.next = newest.next()};
  RecordBatch row(1, values);
  for (std::uint64_t i = 0; i < newest.versions().size(); ++i) {
    if (newest.versions()[i] == 0) continue;
    row.Clear();
    row.Add({i, newest.versions()[i], {}});
    Count(row.records().front(), &state);
  }
  return state;
}

FinalState StoredState(const Peer& peer) {
  FinalState state{.next = peer.Next()};
  peer.Scan([&](const Record& row) { Count(row, &state); });
  return state;
}

std::string ToString(const FinalState& state) {
  return fmt::format("{} rows, checksum {:016x}, next offset {}", state.rows, state.checksum,
                     state.next);
}

}  // namespace idem::bench
