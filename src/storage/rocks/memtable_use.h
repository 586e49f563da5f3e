// SPDX-License-Identifier: Apache-2.0
//
// MemtableUse: what a store has in memory, told without asking its RocksDB.
//
// RocksDB answers under its mutex, and holds that while it asks for the size of a file it has just
// flushed. On a disk that hangs there, whoever asks would hang too, and with a memory budget those
// who ask are the commits of every other store. So each memtable counts here what it takes, and
// RocksDB tells when one is complete and when it has been flushed.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/write_buffer_manager.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace idem::storage {

class MemtableUse {
 public:
  // Counts for `budget` too.
  explicit MemtableUse(std::shared_ptr<rocksdb::WriteBufferManager> budget)
      : budget_(std::move(budget)) {}

  // A memtable takes memory; is complete, so that a flush will give it back; has given it back.
  void Take(std::size_t bytes) {
    budget_->ReserveMem(bytes);
    active_bytes_ += bytes;
  }
  void Complete(std::size_t bytes) {
    active_bytes_ -= bytes;
    budget_->ScheduleFreeMem(bytes);
  }
  void GiveBack(std::size_t bytes) { budget_->FreeMem(bytes); }

  // Taken by what is not complete.
  std::size_t active_bytes() const noexcept { return active_bytes_; }
  // A memtable is complete and not flushed yet.
  bool is_flushing() const noexcept { return completed_ != flushed_; }

  const std::shared_ptr<rocksdb::WriteBufferManager>& budget() const { return budget_; }

 private:
  friend class FlushListener;

  const std::shared_ptr<rocksdb::WriteBufferManager> budget_;
  std::atomic<std::size_t> active_bytes_ = 0;
  std::atomic<std::uint64_t> completed_ = 0;  // memtables
  std::atomic<std::uint64_t> flushed_ = 0;    // of the completed ones, but for the latest perhaps
};

// For the options of the store whose memtables `use` counts.
std::shared_ptr<rocksdb::EventListener> NewFlushListener(std::shared_ptr<MemtableUse> use);

}  // namespace idem::storage
