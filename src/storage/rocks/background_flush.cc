// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/background_flush.h"

#include "storage/rocks/flush_ahead.h"

#include <unistd.h>

#include <exception>
#include <utility>

namespace idem::storage {

BackgroundFlush::BackgroundFlush(rocksdb::DB* db, WriterQueue* queue,
                                 std::shared_ptr<Health> health)
    : db_(db), queue_(queue), health_(std::move(health)), process_(::getpid()) {}

BackgroundFlush::~BackgroundFlush() {
  if (!thread_.joinable()) return;
  if (InForkedChild()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

bool BackgroundFlush::InForkedChild() const noexcept { return ::getpid() != process_; }

void BackgroundFlush::Ask() noexcept {
  if (state_ != State::kIdle) return;
  if (thread_.joinable()) thread_.join();  // it has told its state, which it does last
  state_ = State::kAsked;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::exception&) {
    state_ = State::kIdle;
  }
}

void BackgroundFlush::Run() noexcept {
  rocksdb::Status begun = rocksdb::Status::Aborted(rocksdb::Status::kMemoryLimit);
  try {
    begun = queue_->Through([this] { return BeginFlush(db_); });
  } catch (const std::exception&) {
    health_->Poison(begun);  // the next commit would be the one to find the queue blocked
  }
  state_ = begun.ok() ? State::kIdle : State::kOver;
}

}  // namespace idem::storage
