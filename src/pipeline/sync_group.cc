// SPDX-License-Identifier: Apache-2.0
#include "pipeline/sync_group.h"

#include "codec/watermark.h"

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
  const UnfinishedWrite unfinished(ledger_);
  const DurableMark mark = TakeMark();
  Result<void> done = store_->Sync();
  if (done) done = SetMark(mark);
  if (done) return done;
  const ErrorCode code = done.error().code();
  if (code != ErrorCode::kFenced && code != ErrorCode::kStoreLocked) ledger_->poisoned = true;
  return done;
}

Result<void> SyncGroup::AcceptLoaded() {
  const UnfinishedWrite unfinished(ledger_);  // half a note must not be kept by a later sync
  return SetMark(TakeMark());
}

DurableMark SyncGroup::TakeMark() {
  const std::lock_guard lock(ledger_->mutex);
  DurableMark mark = ledger_->TakeMark();
  if (!mark.changed.empty()) {
    entries_.clear();
    ledger_->AppendNoteEntries(&entries_);
  }
  note_.clear();
  codec::AppendNoteBegin(mark.commit, &note_);
  note_.append(entries_);
  return mark;
}

Result<void> SyncGroup::SetMark(const DurableMark& mark) {
  if (Result<void> kept = store_->KeepWatermark(note_); !kept) return kept;
  const std::lock_guard lock(ledger_->mutex);
  ledger_->SetMark(mark);
  return {};
}

}  // namespace idem::pipeline
