// SPDX-License-Identifier: Apache-2.0
//
// HoldingStore: a store in memory that holds one commit until it is told how that ends.
#pragma once

#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace idem::testing {

class HoldingStore final : public FrontStore {
 public:
  HoldingStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    std::unique_lock lock(mutex_);
    if (state_ != State::kAwaiting) return FrontStore::Commit(plan, durability);
    state_ = State::kHolding;
    changed_.notify_all();
    changed_.wait(lock, [this] { return state_ == State::kIdle; });
    if (error_) return Error(*error_, "told to");
    return FrontStore::Commit(plan, durability);
  }

  void HoldNext() { Set(State::kAwaiting); }
  void WaitUntilHeld() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::kHolding; });
  }
  void LetGo(std::optional<ErrorCode> error) {
    error_ = error;
    Set(State::kIdle);
  }

 private:
  enum class State { kIdle, kAwaiting, kHolding };

  void Set(State state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  std::optional<ErrorCode> error_;
};

}  // namespace idem::testing
