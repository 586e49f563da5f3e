// SPDX-License-Identifier: Apache-2.0
#include "pipeline/sync_group.h"

#include <unistd.h>

namespace idem::pipeline {

SyncGroup::SyncGroup(storage::Store* store, Ledger* ledger)
    : store_(store), ledger_(ledger), process_(getpid()) {}

SyncGroup::~SyncGroup() {
  // In a forked child the threads that wait are those of the parent, and the destructor of a
  // condition variable would wait for them for ever.
  if (getpid() != process_) static_cast<void>(ended_.release());
}

Result<void> SyncGroup::WaitFor(std::uint64_t commit) {
  // A child would wait for a thread that only its parent has.
  if (getpid() != process_) return Error(ErrorCode::kStoreLocked, "the store is its parent's");
  std::unique_lock lock(mutex_);
  for (;;) {
    {
      const std::lock_guard ledger_lock(ledger_->mutex);
      if (ledger_->durable_commit >= commit) return {};
    }
    if (ledger_->poisoned) return Poisoned();
    if (!syncing_) break;
    ended_->wait(lock);
  }
  const Turn turn(this);
  lock.unlock();
  return SyncOnce();
}

SyncGroup::Turn::~Turn() {
  const std::lock_guard lock(group_->mutex_);
  group_->syncing_ = false;
  group_->ended_->notify_all();
}

Result<void> SyncGroup::SyncOnce() {
  DurableMark mark;
  {
    const std::lock_guard lock(ledger_->mutex);
    mark = ledger_->TakeMark();
  }
  const UnfinishedWrite unfinished(ledger_);
  if (auto ok = store_->Sync(); !ok) {
    const ErrorCode code = ok.error().code();
    if (code != ErrorCode::kFenced && code != ErrorCode::kStoreLocked) ledger_->poisoned = true;
    return ok;
  }
  const std::lock_guard lock(ledger_->mutex);
  ledger_->SetMark(mark);
  return {};
}

}  // namespace idem::pipeline
