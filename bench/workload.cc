// SPDX-License-Identifier: Apache-2.0

#include "workload.h"

#include <algorithm>

#include "record_batch.h"

namespace idem::bench {
namespace {

constexpr std::int64_t kFirst = 1;
constexpr std::int64_t kNewer = 2;
constexpr std::uint64_t kRecentRows = 10'000;

// A walk through 0 .. size-1 that meets each number once, far from the one before. The stride is a
// prime, so it has no factor in common with any size that fits on a disk.
std::uint64_t Shuffled(std::uint64_t i, std::uint64_t size) {
  constexpr std::uint64_t kStride = 2'654'435'761;
  return i * kStride % size;
}

// The i-th record of a stream that goes on after `before` preloaded ones.
RecordId At(std::uint64_t i, std::uint64_t before, std::uint64_t row, std::int64_t version) {
  return {row, version, static_cast<std::int64_t>(before + i)};
}

RecordId Fresh(std::uint64_t i, std::uint64_t) { return At(i, 0, i, kFirst); }

RecordId UpsertNewer(std::uint64_t i, std::uint64_t records) {
  return At(i, records, Shuffled(i, records), kNewer);
}

// New and repeated records take turns.
RecordId RecentDuplicates(std::uint64_t i, std::uint64_t records) {
  const std::uint64_t newest = records + i / 2;
  const std::uint64_t age = i % 2 == 0 ? 0 : Mix(i) % std::min(kRecentRows, records);
  return At(i, records, newest - age, kFirst);
}

RecordId OldDuplicates(std::uint64_t i, std::uint64_t records) {
  const std::uint64_t before = 2 * records;
  const bool is_new = i % 2 == 0;
  return At(i, before, is_new ? before + i / 2 : Shuffled(i / 2, records / 2), kFirst);
}

RecordId Replay(std::uint64_t i, std::uint64_t) { return At(i, 0, i, kFirst); }

RecordId ReplayByKey(std::uint64_t i, std::uint64_t records) {
  return {Shuffled(i, records), kFirst, {}};
}

constexpr Workload kWorkloads[] = {
    {"fresh", "new keys into an empty store", 0, Fresh},
    {"fresh_drained", "the same, until background work is done", 0, Fresh, true},
    {"upsert_newer", "a newer version of every row", 1, UpsertNewer, false, true},
    {"recent_duplicates", "half repeats one of the newest 10,000 rows", 1, RecentDuplicates},
    {"old_duplicates", "half repeats the oldest quarter of the rows", 2, OldDuplicates},
    {"replay", "the same records at the same positions again", 1, Replay},
    {"replay_by_key", "the same records again, without positions", 1, ReplayByKey},
};

}  // namespace

std::span<const Workload> AllWorkloads() { return kWorkloads; }

RecordId PreloadedRecord(std::uint64_t i) { return At(i, 0, i, kFirst); }

}  // namespace idem::bench
