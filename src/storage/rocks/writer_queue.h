// SPDX-License-Identifier: Apache-2.0
//
// WriterQueue: the way to RocksDB's queue of writers.
//
// An exception that passes through RocksDB, for want of memory, leaves the writer that was at the
// head of its queue standing there, and whoever joins after it waits for ever. So everything that
// joins (a write, the beginning of a flush, an ingestion) comes through here, one at a time, and
// after an exception nothing any more. To close RocksDB joins nothing.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/status.h>

#include <mutex>
#include <utility>

namespace idem::storage {

class WriterQueue {
 public:
  // What `call` returned; Aborted, without having called it, after one that has thrown.
  template <typename Call>
  rocksdb::Status Through(Call&& call) {
    const std::lock_guard lock(mutex_);
    if (blocked_) return rocksdb::Status::Aborted(rocksdb::Status::kMemoryLimit);
    blocked_ = true;  // as an exception leaves it
    rocksdb::Status status = std::forward<Call>(call)();
    blocked_ = false;
    return status;
  }

 private:
  std::mutex mutex_;
  bool blocked_ = false;  // guarded by mutex_
};

}  // namespace idem::storage
