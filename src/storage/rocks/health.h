// SPDX-License-Identifier: Apache-2.0
//
// Health: whether a store may still be written to. Poisoned once, it stays so until the store is
// opened again: after a write that failed midway, or an error of a background thread, only a reopen
// knows what is on disk.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <idem/logger.h>
#include <idem/result.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace rocksdb {
class EventListener;
class Status;
}  // namespace rocksdb

namespace idem::storage {

class Health {
 public:
  explicit Health(Logger* logger) : logger_(logger) {}

  // Keeps the first reason.
  void Poison(const rocksdb::Status& why) noexcept;

  bool is_poisoned() const noexcept { return poisoned_.load(std::memory_order_acquire); }

  // Ok, or kPoisoned with the first reason.
  Result<void> Check() const;

 private:
  Logger* logger_;
  std::atomic<bool> poisoned_ = false;
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_
};

// Poisons `health` when a flush, a compaction or a write of the manifest fails.
std::shared_ptr<rocksdb::EventListener> NewPoisoningListener(std::shared_ptr<Health> health);

}  // namespace idem::storage
