// SPDX-License-Identifier: Apache-2.0
#include "power/pairing.h"

#include "power/workload.h"

namespace idem::power {

void Pairing::Run(const Pair& pair) {
  second_may_begin_ = second_may_be_written_ = first_has_returned_ = false;
  second_has_returned_ = first_stayed_out_ = false;
  refused_.reset();
  pair_ = &pair;
  std::thread second([&] {
    WaitFor(second_may_begin_);
    if (!first_stayed_out_) pair.second();
    second_has_returned_ = true;
  });
  second_ = second.get_id();
  pair.first();
  if (!second_may_begin_) first_stayed_out_ = true;
  Set(&first_has_returned_);
  Set(&second_may_be_written_);
  Set(&second_may_begin_);
  second.join();
  pair_ = nullptr;
}

Result<void> Pairing::Commit(const storage::WritePlan& plan, Durability durability) {
  if (pair_ == nullptr) return inner().Commit(plan, durability);
  if (!IsSecond()) return CommitFirst(plan, durability);
  return CommitSecond(plan, durability);
}

Result<void> Pairing::CommitFirst(const storage::WritePlan& plan, Durability durability) {
  if (!second_may_begin_) AwaitDecision();
  auto written = inner().Commit(plan, durability);
  if (!written) refused_ = written.error();
  return written;
}

Result<void> Pairing::CommitSecond(const storage::WritePlan& plan, Durability durability) {
  if (pair_->turn != Turn::kAsItComes) WaitFor(second_may_be_written_);
  if (refused_) return *refused_;
  if (pair_->turn == Turn::kAsItComes) AwaitSync();
  const std::lock_guard lock(recorded_);
  const bool beside_a_sync = syncing_;
  auto written = inner().Commit(plan, durability);
  if (beside_a_sync || syncing_) ++written_beside_a_sync_;
  return written;
}

Result<void> Pairing::Sync() {
  if (pair_ == nullptr) return inner().Sync();
  if (pair_->turn == Turn::kAsItComes) {
    syncing_ = true;
    auto synced = inner().Sync();
    syncing_ = false;
    return synced;
  }
  if (IsSecond()) {
    WaitFor(first_has_returned_);
    return inner().Sync();
  }
  if (pair_->turn == Turn::kBeforeTheSync) LetSecondWrite();
  auto synced = inner().Sync();
  if (pair_->turn == Turn::kAfterTheSync) LetSecondWrite();
  return synced;
}

Result<void> Pairing::KeepWatermark(std::string_view note) {
  const std::lock_guard lock(recorded_);
  return inner().KeepWatermark(note);
}

void Pairing::AwaitDecision() {
  const std::uint64_t before = Workload::Decisions();
  Set(&second_may_begin_);
  const auto end = std::chrono::steady_clock::now() + patience_;
  while (Workload::Decisions() == before && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  if (Workload::Decisions() != before) ++decided_beside_;
}

// A moment, for the sync of the first commit to begin.
void Pairing::AwaitSync() const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300);
  while (!syncing_ && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

void Pairing::LetSecondWrite() {
  Set(&second_may_be_written_);
  while (!second_has_returned_ && !pair_->second_is_published()) {
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

void Pairing::Set(bool* what) {
  const std::lock_guard lock(mutex_);
  *what = true;
  changed_.notify_all();
}

void Pairing::WaitFor(const bool& what) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return what; });
}

}  // namespace idem::power
