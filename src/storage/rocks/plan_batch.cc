// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/plan_batch.h"

#include "storage/rocks/rocks_view.h"

#include <string>

namespace idem::storage {
namespace {

// What RocksDB writes around each entry of a batch, at most.
constexpr std::size_t kEntryOverhead = 16;

constexpr std::size_t kBatchBytesKept = 4 << 20;

}  // namespace

std::size_t PlanBytes(const WritePlan& plan) {
  std::size_t bytes = kEntryOverhead;
  for (const Write& write : plan.writes) {
    bytes += kEntryOverhead + write.key.size() + write.value_bytes();
  }
  return bytes;
}

Result<void> PlanBatch::Fill(const WritePlan& plan, std::size_t bytes) {
  Clear(bytes);
  for (const Write& write : plan.writes) {
    const rocksdb::Slice key = ToSlice(write.key);
    rocksdb::Status status;
    if (!write.value) {
      status = batch_.Delete(key);
    } else if (write.rest.empty()) {
      status = batch_.Put(key, ToSlice(*write.value));
    } else {
      const rocksdb::Slice value[] = {ToSlice(*write.value), ToSlice(write.rest)};
      status = batch_.Put(rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
    }
    if (!status.ok()) {
      return Error(ErrorCode::kLimitExceeded,
                   "an entry does not fit a batch: " + status.ToString() + "; commit smaller ones");
    }
  }
  return {};
}

// A batch of usual size stays in the same memory; that of a large one is given back with the next.
void PlanBatch::Clear(std::size_t bytes) {
  batch_.Clear();
  if (bytes <= bytes_ && bytes_ <= kBatchBytesKept) return;
  batch_ = rocksdb::WriteBatch(bytes);
  bytes_ = bytes;
}

}  // namespace idem::storage
