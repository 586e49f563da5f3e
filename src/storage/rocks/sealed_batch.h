// SPDX-License-Identifier: Apache-2.0
//
// SealedBatch: a plan as RocksDB takes it, with the seal that tells whether it changed since. Made
// as early as may be: in Commit, or beside another one (Store::Prepare).
#pragma once

#include "storage/rocks/batch_seal.h"
#include "storage/rocks/plan_batch.h"
#include "storage/store.h"

#include <rocksdb/write_batch.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace idem::storage {

class SealedBatch final : public PreparedPlan {
 public:
  explicit SealedBatch(rocksdb::WriteBatch filled) : batch(std::move(filled)), seal(batch) {}

  // `bytes` is PlanBytes. Errors: kLimitExceeded.
  static Result<std::shared_ptr<SealedBatch>> Of(const WritePlan& plan, std::size_t bytes) {
    Result<rocksdb::WriteBatch> filled = BatchOf(plan, bytes);
    if (!filled) return filled.error();
    return std::make_shared<SealedBatch>(*std::move(filled));
  }

  rocksdb::WriteBatch batch;
  const BatchSeal seal;
};

}  // namespace idem::storage
