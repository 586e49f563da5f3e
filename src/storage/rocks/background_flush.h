// SPDX-License-Identifier: Apache-2.0
//
// BackgroundFlush: lets flushes of one store begin, without waiting for that.
//
// To begin a flush is to wait for who writes to the store, to sync its log and to make the next
// one. That takes a moment, or as long as the store's disk hangs, and nobody else may have to wait
// for it. So it is done by a thread, which lives no longer than that.
//
// Thread-safety: external synchronization needed, but for what is said to need none. In a forked
// child destruction does nothing.
#pragma once

#include "storage/rocks/health.h"
#include "storage/rocks/writer_queue.h"

#include <rocksdb/db.h>

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <thread>

namespace idem::storage {

class BackgroundFlush {
 public:
  // `db` must be open until this is destroyed.
  BackgroundFlush(rocksdb::DB* db, WriterQueue* queue, std::shared_ptr<Health> health);
  // Waits until a flush that was asked for has begun.
  ~BackgroundFlush();
  BackgroundFlush(const BackgroundFlush&) = delete;
  BackgroundFlush& operator=(const BackgroundFlush&) = delete;

  // Asks for a flush of what is in memory. Without effect where one is asked for already, or the
  // system gives no thread: whoever needs it asks again.
  void Ask() noexcept;

  // One was asked for and has not begun. Needs no synchronization.
  bool is_asked() const noexcept { return state_ == State::kAsked; }
  // One could not begin, so the store is poisoned or has lost its files: none ever will. Needs no
  // synchronization.
  bool is_over() const noexcept { return state_ == State::kOver; }
  bool InForkedChild() const noexcept;

 private:
  enum class State { kIdle, kAsked, kOver };
  void Run() noexcept;

  rocksdb::DB* const db_;
  WriterQueue* const queue_;
  const std::shared_ptr<Health> health_;
  const pid_t process_;
  std::atomic<State> state_ = State::kIdle;
  std::thread thread_;
};

}  // namespace idem::storage
