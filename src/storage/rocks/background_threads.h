// SPDX-License-Identifier: Apache-2.0
//
// BackgroundThreads: enough threads of RocksDB's for every store of the process.
//
// RocksDB's threads are the process's and not a store's: by itself it has one for all flushes and
// three for all merges, however many stores are open. One store on a disk that hangs then keeps
// them all, and the commits of every other store stall. So there are as many for each store as one
// can use, up to a number of stores; of more, so many may hang before the others have to wait.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/env.h>

namespace idem::storage {

// As long as it lives its store is counted. The threads stay.
class BackgroundThreads {
 public:
  // Throws std::system_error when the system gives no more.
  explicit BackgroundThreads(rocksdb::Env* env);
  ~BackgroundThreads();
  BackgroundThreads(const BackgroundThreads&) = delete;
  BackgroundThreads& operator=(const BackgroundThreads&) = delete;
};

}  // namespace idem::storage
