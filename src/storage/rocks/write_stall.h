// SPDX-License-Identifier: Apache-2.0
//
// WriteStall: a commit waits for RocksDB to catch up, but not for ever.
//
// When flushes and compactions do not keep up, RocksDB slows writers down and at last stops them:
// memory and the number of files stay bounded that way. By itself a writer that is stopped waits
// without end. With WriteOptions::no_slowdown RocksDB answers Incomplete instead, and it does so
// before anything of the batch reaches the log or the memtable (DBImpl::DelayWrite comes before
// WriteToWAL), so that answer means "no effect, ever". The waiting is done here.
//
// While writers are only slowed down, an attempt that is refused still uses up time that RocksDB
// had set aside for it. So each attempt waits first for as long as its bytes take at the rate of
// the moment, and twice as long after it was refused: then its share has grown again. Where that is
// more than is left of the limit, the rest of it is waited for, and there is no attempt, unless
// none was refused before and the slowdown has ended.
//
// A memory budget that is used up is waited for in the same way.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/health.h"
#include "storage/rocks/memory_budget_impl.h"
#include "storage/rocks/merge_room.h"
#include "storage/rocks/writer_queue.h"

#include <idem/error.h>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/system_clock.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace idem::storage {

// How RocksDB treats writers.
struct Stall {
  bool stopped = false;
  std::uint64_t bytes_per_s = 0;  // 0: not slowed down
};
Stall ReadStall(rocksdb::DB* db);

class WriteStall {
 public:
  // Adds a listener to the options, with which `db` is opened then. `budget` may be null;
  // what is given must outlive this.
  WriteStall(rocksdb::Options* options, const Health* health, MemoryBudgetImpl* budget,
             const MergeRoom* merges, WriterQueue* queue, std::uint64_t wait_ms);

  // Writes `batch`, waiting up to the limit until RocksDB takes it, or until what it waits for has
  // failed. Incomplete: RocksDB did not take it, and nothing of the batch was written.
  rocksdb::Status Write(rocksdb::DB* db, rocksdb::WriteOptions options, rocksdb::WriteBatch* batch);

  // How long all calls of Write and WaitFor have waited so far.
  std::uint64_t waited_micros() const { return waited_us_; }

  // Waits up to the limit until `done` holds. False: it does not.
  bool WaitFor(const std::function<bool()>& done);

  // kStalled, for a Write that was Incomplete or a WaitFor that was false.
  static Error TimedOut();

 private:
  // Whether RocksDB last told that it slows writers down: spares the question while all is well.
  using Flag = std::atomic<bool>;
  class Listener;
  class Patience;

  const std::shared_ptr<Flag> flag_ = std::make_shared<Flag>(false);
  const std::shared_ptr<rocksdb::SystemClock> clock_;
  const Health* const health_;
  MemoryBudgetImpl* const budget_;
  const MergeRoom* const merges_;
  WriterQueue* const queue_;
  const std::uint64_t limit_us_;
  std::atomic<std::uint64_t> waited_us_ = 0;
};

}  // namespace idem::storage
