// SPDX-License-Identifier: Apache-2.0
//
// PlanBatch: a plan as RocksDB's log and memtable take it. Keeps its memory from one plan to the
// next, unless it was a large one.
#pragma once

#include "storage/store.h"

#include <rocksdb/write_batch.h>

#include <cstddef>

namespace idem::storage {

// What a plan takes as a batch, and about as much as it takes on the disk. Not too little.
std::size_t PlanBytes(const WritePlan& plan);

class PlanBatch {
 public:
  // Holds `plan`, of `bytes` PlanBytes, and nothing else. Errors: kLimitExceeded.
  Result<void> Fill(const WritePlan& plan, std::size_t bytes);

  rocksdb::WriteBatch* get() noexcept { return &batch_; }

 private:
  void Clear(std::size_t bytes);

  rocksdb::WriteBatch batch_;
  std::size_t bytes_ = 0;  // what it has room for
};

}  // namespace idem::storage
