// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/batch_seal.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace idem::storage {
namespace {

class BatchSealTest : public ::testing::Test {
 protected:
  BatchSealTest() {
    EXPECT_TRUE(batch_.Put("key", "value").ok());
    EXPECT_TRUE(batch_.Delete("other").ok());
  }

  // What a fault of the memory, or somebody's stray pointer, would do.
  void Flip(std::size_t at) {
    auto& bytes = const_cast<std::string&>(batch_.Data());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }

  rocksdb::WriteBatch batch_;
};

TEST_F(BatchSealTest, HoldsWhileNothingChanges) {
  const BatchSeal seal(batch_);
  EXPECT_TRUE(seal.Holds(batch_));
}

TEST_F(BatchSealTest, BreaksWithAnyBitOfTheContent) {
  const BatchSeal seal(batch_);
  for (std::size_t at = 8; at < batch_.GetDataSize(); ++at) {
    Flip(at);
    EXPECT_FALSE(seal.Holds(batch_)) << "byte " << at;
    Flip(at);
  }
  EXPECT_TRUE(seal.Holds(batch_));
}

TEST_F(BatchSealTest, LooksPastTheNumberThatRocksDBGives) {
  const BatchSeal seal(batch_);
  for (std::size_t at = 0; at < 8; ++at) Flip(at);
  EXPECT_TRUE(seal.Holds(batch_));
}

}  // namespace
}  // namespace idem::storage
