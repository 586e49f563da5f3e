// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/background_threads.h"

#include <algorithm>
#include <atomic>

namespace idem::storage {
namespace {

constexpr int kFlushesOfAStore = 1;  // of max_background_jobs = 4, as RocksDB divides them
constexpr int kMergesOfAStore = 3;
constexpr int kStoresMax = 8;

// No mutex guards it: a forked child, whose stores are destroyed too, may have that locked by a
// thread that it does not have.
constinit std::atomic<int> open_stores = 0;

}  // namespace

BackgroundThreads::BackgroundThreads(rocksdb::Env* env) {
  const int served = std::min(++open_stores, kStoresMax);
  try {
    env->IncBackgroundThreadsIfNeeded(served * kFlushesOfAStore, rocksdb::Env::Priority::HIGH);
    env->IncBackgroundThreadsIfNeeded(served * kMergesOfAStore, rocksdb::Env::Priority::LOW);
  } catch (...) {
    --open_stores;
    throw;
  }
}

BackgroundThreads::~BackgroundThreads() { --open_stores; }

}  // namespace idem::storage
