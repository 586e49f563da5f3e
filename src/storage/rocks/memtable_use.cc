// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/memtable_use.h"

#include <rocksdb/db.h>

namespace idem::storage {

class FlushListener final : public rocksdb::EventListener {
 public:
  explicit FlushListener(std::shared_ptr<MemtableUse> use) : use_(std::move(use)) {}

  const char* Name() const override { return "idem.FlushListener"; }

  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { ++use_->completed_; }

  // One that is completed after the first line is not in the answer for certain; its own flush
  // tells of it.
  void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo&) override {
    const std::uint64_t completed = use_->completed_;
    std::uint64_t waiting = 1;
    db->GetIntProperty(rocksdb::DB::Properties::kNumImmutableMemTable, &waiting);
    if (waiting == 0) use_->flushed_ = completed;
  }

 private:
  const std::shared_ptr<MemtableUse> use_;
};

std::shared_ptr<rocksdb::EventListener> NewFlushListener(std::shared_ptr<MemtableUse> use) {
  return std::make_shared<FlushListener>(std::move(use));
}

}  // namespace idem::storage
