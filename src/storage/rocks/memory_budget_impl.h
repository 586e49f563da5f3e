// SPDX-License-Identifier: Apache-2.0
//
// MemoryBudgetImpl: the cache and the count of write buffers that stores share, and which of them
// has to write its rows out. <idem/memory_budget.h> says what hosts may expect of it.
//
// RocksDB's WriteBufferManager counts, and would by itself flush the store that happens to write
// when the budget is used up, again and again where another one holds the rows. So the store with
// the most is chosen here, earlier. The manager's own limit, which is left behind that, never stops
// writers; what waits is a commit, with an end (write_stall.h).
//
// A commit never waits for the disk of another store. What that has in memory is told without its
// RocksDB (memtable_use.h), and the beginning of the flush is left to a thread
// (background_flush.h). Until that has begun the rows are taken
// for written out, and no other store is chosen in its place. On a disk that hangs they stay
// longer; the others then have what is left of the budget, and wait for their own flushes alone.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/background_flush.h"
#include "storage/rocks/health.h"
#include "storage/rocks/memtable_use.h"
#include "storage/rocks/writer_queue.h"

#include <idem/memory_budget.h>
#include <idem/options.h>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace idem {

class MemoryBudgetImpl {
 public:
  explicit MemoryBudgetImpl(const MemoryBudgetOptions& options);

  static std::shared_ptr<MemoryBudgetImpl> Of(const SinkOptions& options) {
    return options.memory_budget == nullptr ? nullptr : options.memory_budget->impl_;
  }
  // The shared cache, or one of the sink's own.
  static std::shared_ptr<rocksdb::Cache> CacheOf(const SinkOptions& options);
  // The options with a write buffer that the budget allows.
  static SinkOptions Within(SinkOptions options);

  // What counts the memtables of one store; null without a budget.
  static std::shared_ptr<storage::MemtableUse> UseOf(const SinkOptions& options);
  MemoryUsage usage() const;

  // A store takes part from Join to Leave, between which `db` must be open. The rest must live as
  // long.
  struct Parts {
    rocksdb::DB* db;
    storage::WriterQueue* queue;
    std::shared_ptr<storage::Health> health;
    std::shared_ptr<const storage::MemtableUse> use;
  };
  void Join(const Parts& store);
  void Leave(rocksdb::DB* db);

  // Before a commit: asks for flushes, as many as are needed. True: the budget is used up, by rows
  // of `db` among others, whose flush is under way. Then the commit must wait and ask again. Waits
  // for no disk.
  bool MustWait(rocksdb::DB* db);

  // Whether commits of `db` wait now.
  bool Stops(rocksdb::DB* db) const;

 private:
  struct Member {
    rocksdb::DB* db;  // which one it is; it is asked nothing
    std::shared_ptr<const storage::Health> health;
    std::shared_ptr<const storage::MemtableUse> use;
    std::size_t write_buffer_bytes;
    std::unique_ptr<storage::BackgroundFlush> flush;

    bool HasShare(std::size_t share) const;
  };

  bool IsFull() const { return buffers_->memory_usage() >= limit_; }
  // REQUIRES: mutex_ is held.
  const Member* Find(const rocksdb::DB* db) const;
  void FlushLargest() const;

  const std::size_t limit_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  const std::shared_ptr<rocksdb::WriteBufferManager> buffers_;

  mutable std::mutex mutex_;    // held across no operation on a file
  std::vector<Member> stores_;  // guarded by mutex_
};

}  // namespace idem
