// SPDX-License-Identifier: Apache-2.0
//
// Ledger: what an open sink keeps in memory of its store: tables and their states, sources,
// checkpoints, commit numbers. Loaded once at open; the store's only writer keeps it current.
//
// Thread-safety: `mutex` guards every field but the atomic ones. What commits change is changed by
// the committing thread alone, so that may read it without the mutex and locks it to change; what
// is durable is changed by the thread that syncs.
#pragma once

#include "codec/watermark.h"
#include "pipeline/table_entry.h"
#include "storage/store.h"

#include <idem/checkpoint.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace idem::pipeline {

struct CheckpointEntry {
  Checkpoint checkpoint;
  std::int64_t marked_next = 0;   // when the last DurableMark was taken that it was dirty for
  std::int64_t durable_next = 0;  // of the last such mark that was set
  bool marked = false;            // marked_next is one
  bool durable = false;           // durable_next is one
  bool dirty = false;             // changed since the last DurableMark was taken
};

// How far a sync that begins now will reach.
struct DurableMark {
  std::uint64_t commit = 0;
  std::vector<CheckpointEntry*> changed;  // up to their marked_next
};

struct Ledger {
  mutable std::mutex mutex;
  std::map<std::string, std::shared_ptr<TableEntry>, std::less<>> tables;
  std::map<std::string, SourceOptions, std::less<>> sources;        // the declared ones
  std::map<std::string, CheckpointEntry, std::less<>> checkpoints;  // by store key
  std::vector<CheckpointEntry*> dirty;                              // those that are
  std::size_t note_bytes = codec::kNoteBeginBytesMax;  // of a note of all of them, at most
  std::uint32_t next_table_id = 1;
  std::uint64_t epoch = 0;
  std::uint64_t last_commit = 0;
  std::uint64_t durable_commit = 0;

  // A write ended with an unknown outcome: this ledger may differ from the store.
  std::atomic<bool> poisoned = false;

  // Reads everything but rows. Errors: kIoError, kCorruption.
  Result<void> Load(std::uint64_t owner, const storage::StoreView& view);

  SourceOptions OptionsOf(std::string_view source) const;

  // Takes over the checkpoint of a commit. REQUIRES: mutex held.
  void Publish(const std::string& key, const Checkpoint& checkpoint);

  // A sync: its mark is taken before it begins and set when it has succeeded. One at a time, so
  // that marks are set in the order in which they were taken. REQUIRES: mutex held.
  DurableMark TakeMark();
  void SetMark(const DurableMark& mark);

  // The entries of the note (codec/watermark.h) that is kept before the mark is set. REQUIRES:
  // mutex held.
  void AppendNoteEntries(std::string* out) const;
};

// Stands from a successful write of the store until the ledger has followed it. When memory runs
// out in between, the ledger is not the store's any more: it is poisoned, and what comes next is
// refused rather than decided by half a memory.
class UnfinishedWrite {
 public:
  explicit UnfinishedWrite(Ledger* ledger) noexcept : ledger_(ledger) {}
  ~UnfinishedWrite() {
    if (std::uncaught_exceptions() > exceptions_) ledger_->poisoned = true;
  }
  UnfinishedWrite(const UnfinishedWrite&) = delete;
  UnfinishedWrite& operator=(const UnfinishedWrite&) = delete;

 private:
  Ledger* const ledger_;
  const int exceptions_ = std::uncaught_exceptions();
};

// The error for an entry that does not decode.
Error Damaged(std::string_view what);

// The error for whatever is asked of a poisoned sink.
Error Poisoned();

using EntryVisitor = std::function<Result<void>(std::string_view key, std::string_view value)>;

// Calls `visit` for each entry with begin <= key < end (an empty `end` is no bound), or whose key
// begins with `prefix`, until it returns an error.
Result<void> ForEach(const storage::StoreView& view, std::string_view begin, std::string_view end,
                     const EntryVisitor& visit);
Result<void> ForEach(const storage::StoreView& view, std::string_view prefix,
                     const EntryVisitor& visit);

}  // namespace idem::pipeline
