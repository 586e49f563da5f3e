// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/background_flush.h"

#include "storage/rocks/flush_ahead.h"

#include <unistd.h>

#include <exception>

namespace idem::storage {

BackgroundFlush::BackgroundFlush(rocksdb::DB* db) : db_(db), process_(::getpid()) {}

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
  State state = State::kIdle;
  try {
    if (!BeginFlush(db_).ok()) state = State::kOver;
  } catch (const std::exception&) {  // for want of memory: it can be asked for again
  }
  state_ = state;
}

}  // namespace idem::storage
