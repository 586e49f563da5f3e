// SPDX-License-Identifier: Apache-2.0
//
// LogGate: between the thread that writes the log and those that sync it.
//
// RocksDB takes a sync of a log whose append has failed for a mistake of its own: where it was
// built with assertions, as Debian's is, the process ends there. The store refuses syncs once it is
// poisoned, but by then one may be on its way that was asked for before. So a failed append first
// closes the gate, which lets nobody in any more, and waits until all are out; only then does
// RocksDB hear of the failure.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace idem::storage {

class LogGate {
 public:
  // One sync, from before RocksDB is asked until it has answered.
  class Pass {
   public:
    explicit Pass(LogGate* gate) : gate_(gate), open_(gate->Enter()) {}
    ~Pass() {
      if (open_) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    // False: the gate is closed, and no sync may begin.
    bool open() const noexcept { return open_; }

   private:
    LogGate* const gate_;
    const bool open_;
  };

  // For good. Not from within a sync.
  void Close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    left_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  bool Enter() {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    ++inside_;
    return true;
  }

  void Leave() {
    const std::lock_guard lock(mutex_);
    --inside_;
    left_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t inside_ = 0;  // guarded by mutex_
  bool closed_ = false;     // guarded by mutex_
};

}  // namespace idem::storage
