// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/plan_batch.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace idem::storage {
namespace {

rocksdb::Slice Of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// As RocksDB itself would write it.
std::string BytesByRocksDB(const WritePlan& plan) {
  rocksdb::WriteBatch batch;
  for (const Write& write : plan.writes) {
    const auto status =
        write.value ? batch.Put(Of(write.key), write.WholeValue()) : batch.Delete(Of(write.key));
    EXPECT_TRUE(status.ok());
  }
  return batch.Data();
}

std::string Bytes(const WritePlan& plan) {
  const std::size_t bytes = PlanBytes(plan);
  const auto batch = BatchOf(plan, bytes);
  EXPECT_TRUE(batch);
  EXPECT_LE(batch->Data().size(), bytes);
  return batch->Data();
}

TEST(PlanBatch, IsWhatRocksDBMakesOfThePlan) {
  const std::string long_key(300, 'k'), long_value(20'000, 'v');
  WritePlan plan;
  EXPECT_EQ(Bytes(plan), BytesByRocksDB(plan)) << "nothing";
  plan.writes = {{"key", "value"},
                 {"parts", "head", "payload"},
                 {"", ""},
                 {"erased", {}},
                 {long_key, long_value},
                 {"long parts", long_value, long_value},
                 {long_key, {}},
                 {"\0\xff", std::string_view("\0", 1)}};
  EXPECT_EQ(Bytes(plan), BytesByRocksDB(plan));
}

// Around every size at which one takes a byte more to be written.
TEST(PlanBatch, WritesSizesOfEveryLength) {
  for (const std::size_t around : {1U << 7, 1U << 14, 1U << 21}) {
    for (std::size_t size = around - 1; size <= around + 1; ++size) {
      const std::string bytes(size, 'x');
      const std::string_view view = bytes;
      WritePlan plan;
      plan.writes = {{view, view}, {"key", view.substr(0, 3), view.substr(3)}};
      EXPECT_EQ(Bytes(plan), BytesByRocksDB(plan)) << size;
    }
  }
}

TEST(PlanBatch, TakesWhatIsEmptyAndNowhere) {
  WritePlan plan;
  plan.writes = {{std::string_view(), std::string_view()}, {"key", std::string_view(), "payload"}};
  EXPECT_EQ(Bytes(plan), BytesByRocksDB(plan));
}

TEST(PlanBatch, CountsItsEntries) {
  std::vector<std::string> keys;
  for (int i = 0; i < 70'000; ++i) keys.push_back(std::to_string(i));
  WritePlan plan;
  for (const std::string& key : keys) plan.writes.push_back({key, "value"});
  EXPECT_EQ(Bytes(plan), BytesByRocksDB(plan));
  EXPECT_EQ(BatchOf(plan, PlanBytes(plan))->Count(), keys.size());
}

// Views of what is not there: nobody reads so much before it is refused.
TEST(PlanBatch, RefusesWhatHasNoSize) {
  const std::string_view too_large("x", std::size_t{UINT32_MAX} + 1);
  for (const Write& write : {Write{too_large, "value"}, Write{"key", too_large},
                             Write{"key", too_large.substr(0, UINT32_MAX), "x"}}) {
    WritePlan plan;
    plan.writes = {write};
    EXPECT_EQ(BatchOf(plan, 0).error().code(), ErrorCode::kLimitExceeded);
  }
}

}  // namespace
}  // namespace idem::storage
