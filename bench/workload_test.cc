// SPDX-License-Identifier: Apache-2.0
//
// That each workload is the stream that its name says.

#include "workload.h"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <set>
#include <string>

#include "record_batch.h"

namespace idem::bench {
namespace {

constexpr std::uint64_t kRecords = 1000;

// What the measured records are, beside those that were there before.
struct Shape {
  std::size_t new_rows = 0;
  std::size_t newer = 0;
  std::size_t repeated = 0;
  std::size_t replayed = 0;  // at a position that was there before
  std::size_t unplaced = 0;  // without position

  friend bool operator==(const Shape&, const Shape&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    return out << shape.new_rows << " new, " << shape.newer << " newer, " << shape.repeated
               << " repeated, " << shape.replayed << " replayed, " << shape.unplaced << " unplaced";
  }
};

Shape ShapeOf(const Workload& workload) {
  std::map<std::uint64_t, std::int64_t> versions;
  std::set<std::int64_t> offsets;
  for (std::uint64_t i = 0; i < workload.preload * kRecords; ++i) {
    const RecordId id = PreloadedRecord(i);
    versions[id.row] = id.version;
    offsets.insert(id.offset.value());
  }
  Shape shape;
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    const RecordId id = workload.record(i, kRecords);
    const auto [stored, is_new] = versions.try_emplace(id.row, id.version);
    if (is_new) {
      ++shape.new_rows;
    } else {
      ++(id.version > stored->second ? shape.newer : shape.repeated);
    }
    shape.unplaced += id.offset ? 0 : 1;
    shape.replayed += id.offset && !offsets.insert(*id.offset).second ? 1 : 0;
  }
  return shape;
}

TEST(WorkloadTest, IsWhatItsNameSays) {
  const std::map<std::string, Shape> expected = {
      {"fresh", {.new_rows = 1000}},
      {"fresh_drained", {.new_rows = 1000}},
      {"upsert_newer", {.newer = 1000}},
      {"recent_duplicates", {.new_rows = 500, .repeated = 500}},
      {"old_duplicates", {.new_rows = 500, .repeated = 500}},
      {"replay", {.repeated = 1000, .replayed = 1000}},
      {"replay_by_key", {.repeated = 1000, .unplaced = 1000}},
  };
  std::map<std::string, Shape> found;
  for (const Workload& workload : AllWorkloads()) {
    found.emplace(workload.name, ShapeOf(workload));
  }
  EXPECT_EQ(found, expected);
}

TEST(WorkloadTest, RowsHaveDifferentKeysAndVersionsDifferentValues) {
  RecordBatch batch(3, {.bytes = 13});
  batch.Add({1, 1, {}});
  batch.Add({1, 2, {}});
  batch.Add({2, 1, {}});
  const auto records = batch.records();
  EXPECT_EQ(records[0].key.size(), kKeyBytes);
  EXPECT_EQ(records[0].value.size(), 13U);
  EXPECT_EQ(records[0].key, records[1].key);
  EXPECT_NE(records[0].key, records[2].key);
  EXPECT_NE(records[0].value, records[1].value);
  EXPECT_NE(records[0].value, records[2].value);
}

}  // namespace
}  // namespace idem::bench
