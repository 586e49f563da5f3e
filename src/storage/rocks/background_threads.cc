// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/background_threads.h"

#include <algorithm>
#include <mutex>

namespace idem::storage {
namespace {

constexpr int kFlushesOfAStore = 1;  // of max_background_jobs = 4, as RocksDB divides them
constexpr int kMergesOfAStore = 3;
constexpr int kStoresMax = 8;

// Never destroyed: a store may be closed by a static object's destructor.
struct OpenStores {
  std::mutex mutex;
  int count = 0;  // guarded by mutex
};
OpenStores& Stores() {
  static auto* const stores = new OpenStores;
  return *stores;
}

}  // namespace

BackgroundThreads::BackgroundThreads(rocksdb::Env* env) {
  OpenStores& stores = Stores();
  const std::lock_guard lock(stores.mutex);
  const int served = std::min(stores.count + 1, kStoresMax);
  env->IncBackgroundThreadsIfNeeded(served * kFlushesOfAStore, rocksdb::Env::Priority::HIGH);
  env->IncBackgroundThreadsIfNeeded(served * kMergesOfAStore, rocksdb::Env::Priority::LOW);
  ++stores.count;
}

BackgroundThreads::~BackgroundThreads() {
  OpenStores& stores = Stores();
  const std::lock_guard lock(stores.mutex);
  --stores.count;
}

}  // namespace idem::storage
