// SPDX-License-Identifier: Apache-2.0
//
// SyncGroup: makes commits durable, many by one sync. Whoever waits for a commit while no sync is
// under way begins one, for everything committed by then; who comes meanwhile waits for it and then
// for the next. So commits of many threads share syncs, and a commit is written while the ones
// before it are synced.
//
// Before anybody is told that commits are durable, the store's watermark knows it: what is lost of
// them later is then seen to be lost.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "pipeline/ledger.h"
#include "storage/store.h"

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace idem::pipeline {

class SyncGroup {
 public:
  // Both must outlive the group.
  SyncGroup(storage::Store* store, Ledger* ledger);
  ~SyncGroup();
  SyncGroup(const SyncGroup&) = delete;
  SyncGroup& operator=(const SyncGroup&) = delete;

  // Returns when `commit`, which was published, and all before it are durable. Errors:
  // kCommitUnknown (the sync failed, and the ledger is poisoned now), kPoisoned, and those of a
  // store that may not be written any more (kFenced, kStoreLocked).
  Result<void> WaitFor(std::uint64_t commit);

  // Everything that the ledger has was made durable by others. Not while anybody waits. Errors:
  // those of Store::KeepWatermark.
  Result<void> AcceptLoaded();

 private:
  // The turn of one thread to sync. REQUIRES: mutex_ held at construction, not at destruction.
  class Turn {
   public:
    explicit Turn(SyncGroup* group) : group_(group) { group->syncing_ = true; }
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    SyncGroup* group_;
  };

  Result<void> SyncOnce();
  DurableMark TakeMark();
  Result<void> SetMark(const DurableMark& mark);

  storage::Store* const store_;
  Ledger* const ledger_;
  const pid_t process_;
  std::mutex mutex_;  // taken before Ledger::mutex
  std::unique_ptr<std::condition_variable> ended_ = std::make_unique<std::condition_variable>();
  bool syncing_ = false;  // guarded by mutex_

  // Of whose turn it is. The note of the mark, and its entries, which often stay as they were.
  std::string note_;
  std::string entries_;
};

}  // namespace idem::pipeline
