// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/rocks_store_impl.h"

#include "base/assert.h"
#include "base/log.h"
#include "storage/rocks/bulk_files.h"
#include "storage/rocks/flush_ahead.h"
#include "storage/rocks/open_db.h"
#include "storage/rocks/sealed_batch.h"
#include "storage/rocks/store_directory.h"

#include <rocksdb/write_batch.h>

#include <string>
#include <utility>

namespace idem::storage {

namespace fs = std::filesystem;

RocksStore::~RocksStore() {
  // A forked child has neither RocksDB's threads nor the right to close its files.
  if (lock_->InForkedChild()) static_cast<void>(db_.release());
  if (db_ == nullptr) return;
  Close();
  if (Result<void> synced = watermark_->Sync(); !synced) {
    base::Log(options_.logger, LogLevel::kError, "closing with an unsynced watermark: {}",
              synced.error().message());
  }
}

void RocksStore::Close() {
  if (db_ == nullptr) return;
  if (budget_ != nullptr) budget_->Leave(db_.get());
  // RocksDB waits for a flush that runs while it closes, and removes its file in the end: the next
  // opening would read the log again and make the same file.
  AwaitRunningFlush(db_.get(), [this] { return health_->is_poisoned(); });
  db_.reset();
}

// What was being made was never a store, so nothing is lost with it.
rocksdb::Status RocksStore::RemoveRemains() const {
  rocksdb::Status status = RemoveBulkFiles(env_->GetFileSystem().get(), directory_);
  return status.ok() ? rocksdb::DestroyDB(directory_, rocks_) : status;
}

Result<void> RocksStore::Create(const fs::path& directory, const codec::FormatHeader& header,
                                const Filling& fill) {
  creation_->Begin();
  rocksdb::Status status = RemoveRemains();
  if (!status.ok()) return OpenError(status, directory.string());
  if (Result<void> room = fill ? space_.Check(0) : Result<void>(); !room) return room;
  rocks_.create_if_missing = true;
  rocks_.error_if_exists = true;
  // Sorted files that come in order are taken over where they can stay, at the bottom. Universal
  // compaction, with which the store is opened, would have them on top and merge them.
  if (fill) rocks_.compaction_style = rocksdb::kCompactionStyleLevel;
  status = OpenPrimary(rocks_, directory.string(), &db_);
  if (!status.ok()) return OpenError(status, directory.string());
  std::string bytes;
  codec::AppendFormatHeader(header, &bytes);
  if (Result<void> put = PutDurably(codec::Space::kFormat, bytes); !put) return put;
  if (Result<void> filled = fill ? fill(this) : Result<void>(); !filled) return filled;
  if (Result<void> ended = EndCreation(directory); !ended) return ended;
  return Load();
}

// Who has lost the directory has nothing there to take away.
Result<void> RocksStore::Discard(const fs::path& directory) {
  Close();
  if (Result<void> owned = files_->Check(); !owned) return owned;
  if (Result<void> begun = UnfinishCreation(directory); !begun) return begun;
  files_->SettleTaken();  // whatever became of the files that were being taken over
  const rocksdb::Status removed = RemoveRemains();
  if (!removed.ok()) return OpenError(removed, directory_);
  if (Result<void> owned = files_->Check(); !owned) return owned;
  return AbandonCreation(directory);
}

// What every file holds is on the disk; what is not are the watermark and all the names.
Result<void> RocksStore::EndCreation(const fs::path& directory) {
  creation_->End();
  if (Result<void> synced = watermark_->Sync(); !synced) return synced;
  Result<void> named = SyncNames(env_->GetFileSystem().get(), directory.string());
  return named ? FinishCreation(directory) : named;
}

Result<void> RocksStore::OpenFound(const fs::path& directory, const codec::FormatHeader& header,
                                   rocksdb::WALRecoveryMode mode) {
  rocks_.wal_recovery_mode = mode;
  const rocksdb::Status status = OpenPrimary(rocks_, directory.string(), &db_);
  if (!status.ok()) return OpenError(status, directory.string());
  if (Result<void> same = CheckHeader(db_.get(), header, directory.string()); !same) return same;
  RemoveBulkFiles(env_->GetFileSystem().get(), directory.string()).PermitUncheckedError();
  return Load();
}

Result<void> RocksStore::Load() {
  auto stored = ReadKey(db_.get(), nullptr, codec::SpaceKey(codec::Space::kEpoch));
  if (!stored) return stored.error();
  std::uint64_t epoch = 0;
  if (stored->has_value() && !codec::DecodeFixed64(**stored, &epoch)) {
    return CorruptionError("the stored writer epoch is damaged");
  }
  epoch_ = epoch;
  merges_.Opened();
  files_->Opened();
  if (budget_ != nullptr) budget_->Join({db_.get(), &queue_, health_, use_});
  return {};
}

Error RocksStore::WhyNotOpened(const Error& error) const {
  if (const Result<void> owned = files_->Check(); !owned) return owned.error();
  return files_->WasRobbed() ? ChangedByAnother(directory_) : error;
}

Result<void> RocksStore::CheckWritable() const {
  // First: what RocksDB was refused for not owning its files has poisoned the store as well.
  if (Result<void> owned = files_->Check(); !owned) return owned;
  return health_->Check();
}

Result<void> RocksStore::CheckWriter(std::uint64_t writer_epoch) const {
  return Guarded([&]() -> Result<void> {
    if (Result<void> writable = CheckWritable(); !writable) return writable;
    if (writer_epoch == epoch_) return {};
    return Error(ErrorCode::kFenced,
                 "a newer writer owns the store; this writer must not write any more");
  });
}

template <typename Operation>
Result<void> RocksStore::Attempt(Operation&& operation) {
  // What an exception leaves: for want of memory, as a rule.
  rocksdb::Status status = rocksdb::Status::Aborted(rocksdb::Status::kMemoryLimit);
  try {
    status = std::forward<Operation>(operation)();
  } catch (...) {
    return Unknown(status);
  }
  return status.ok() ? Result<void>() : Unknown(status);
}

// Must not fail: an exception from here would say "no effect".
Error RocksStore::Unknown(const rocksdb::Status& status) noexcept {
  health_->Poison(status);
  try {
    return Error(ErrorCode::kCommitUnknown,
                 "a write failed midway (" + status.ToString() +
                     ") and may or may not be there; reopen the store and resume from its "
                     "checkpoints");
  } catch (...) {
    return Error(ErrorCode::kCommitUnknown, "write failed");  // short enough to need no memory
  }
}

// Every write ends with this. Whoever opens the store after that reads a log with the batch in it;
// where the store is lost by then, the log may have been read before.
rocksdb::Status RocksStore::StillOwned() const {
  const Result<void> owned = files_->Check();
  return owned ? rocksdb::Status::OK() : rocksdb::Status::Aborted(owned.error().message());
}

// Never by WriteOptions::sync: a write that syncs keeps the log from who syncs beside it, who is
// within the gate already, for which an append that fails would wait (log_gate.h).
rocksdb::Status RocksStore::SyncLog() {
  const LogGate::Pass pass(log_gate_.get());
  if (!pass.open()) return rocksdb::Status::IOError("the log could not be written to");
  return db_->FlushWAL(/*sync=*/true);
}

Result<void> RocksStore::ApplyDurably(rocksdb::WriteBatch* batch) {
  return Attempt([&] {
    rocksdb::Status status = queue_.Through([&] { return db_->Write({}, batch); });
    if (status.ok()) status = SyncLog();
    return status.ok() ? StillOwned() : status;
  });
}

Result<void> RocksStore::ApplyUnlessStalled(SealedBatch* sealed, bool sync) {
  bool stalled = false;
  Result<void> applied = Attempt([&] {
    rocksdb::WriteBatch* const batch = &sealed->batch;
    rocksdb::Status status = sealed->seal.Check(*batch, stall_.Write(db_.get(), {}, batch));
    stalled = status.IsIncomplete();
    if (stalled) return rocksdb::Status::OK();
    if (status.ok() && sync) status = SyncLog();
    return status.ok() ? StillOwned() : status;
  });
  if (!stalled) return applied;
  // What was waited for may have failed.
  if (Result<void> writable = CheckWritable(); !writable) return writable;
  return WriteStall::TimedOut();
}

Result<void> RocksStore::PutDurably(codec::Space space, std::string_view value) {
  rocksdb::WriteBatch batch;
  const rocksdb::Status status = batch.Put(codec::SpaceKey(space), ToSlice(value));
  if (!status.ok()) return ReadError(status);
  return ApplyDurably(&batch);
}

Result<void> RocksStore::Commit(const WritePlan& plan, Durability durability) {
  return Guarded([&]() -> Result<void> {
    if (lock_->InForkedChild()) return lock_->Check();  // where the mutex may be locked for ever
    const std::lock_guard lock(commit_mutex_);
    if (Result<void> allowed = CheckWriter(plan.writer_epoch); !allowed) return allowed;
    if (plan.writes.empty()) return durability == Durability::kSync ? Sync() : Result<void>();

    const std::size_t bytes = PlanBytes(plan);
    if (Result<void> room = space_.Check(bytes); !room) return room;
    if (plan.path == WritePath::kSortedFiles) return CommitSorted(plan);
    auto sealed = std::static_pointer_cast<SealedBatch>(plan.prepared);
    if (sealed == nullptr || sealed->batch.Count() != plan.writes.size()) {
      Result<std::shared_ptr<SealedBatch>> made = SealedBatch::Of(plan, bytes);
      if (!made) return made.error();
      sealed = *std::move(made);
    }
    return ApplyUnlessStalled(sealed.get(), durability == Durability::kSync);
  });
}

// What does not fit a batch is told by Commit.
void RocksStore::Prepare(WritePlan* plan) const {
  if (plan->path != WritePath::kLog || plan->writes.empty()) return;
  if (auto sealed = SealedBatch::Of(*plan, PlanBytes(*plan))) plan->prepared = *std::move(sealed);
}

// An exception says that the plan has no effect, and so it is; but nothing can be written any more.
Result<void> RocksStore::BeginFlushBefore() {
  rocksdb::Status begun = rocksdb::Status::Aborted(rocksdb::Status::kMemoryLimit);
  try {
    begun = queue_.Through([this] { return BeginFlush(db_.get()); });
  } catch (const std::exception&) {
    health_->Poison(begun);
    throw;
  }
  if (!begun.ok()) health_->Poison(begun);
  return health_->Check();
}

// An ingestion is on the disk at once, so everything before it has to be in sorted files too: what
// is in the log alone may be lost with its end, and the order of commits would have a hole. The
// flush goes on while the files are written.
Result<void> RocksStore::CommitSorted(const WritePlan& plan) {
  if (Result<void> begun = BeginFlushBefore(); !begun) return begun;
  BulkFiles files(db_.get(), rocks_);
  if (Result<void> written = files.Make(plan.writes); !written) return written;
  const bool ready = stall_.WaitFor([this] { return IsFlushed(db_.get()) || !health_->Check(); });
  if (Result<void> writable = CheckWritable(); !writable) return writable;
  if (!ready) return WriteStall::TimedOut();
  const std::unique_lock no_views(ingestion_mutex_);
  return Attempt([&] {
    merges_.Refresh();  // the files lie on the disk, and taking them over may begin a merge
    rocksdb::Status status = queue_.Through([&] { return files.Ingest(); });
    if (status.ok()) files_->SettleTaken();
    merges_.Refresh();  // RocksDB may count them now
    return status.ok() ? StillOwned() : status;
  });
}

Result<std::uint64_t> RocksStore::TakeEpoch() {
  return Guarded([&]() -> Result<std::uint64_t> {
    if (lock_->InForkedChild()) return lock_->Check().error();
    const std::lock_guard lock(commit_mutex_);
    if (Result<void> writable = CheckWritable(); !writable) return writable.error();
    std::string bytes;
    codec::AppendFixed64(epoch_ + 1, &bytes);
    if (Result<void> put = PutDurably(codec::Space::kEpoch, bytes); !put) {
      const Result<void> owned = files_->Check();
      return owned ? put.error() : owned.error();
    }
    return ++epoch_;
  });
}

Result<void> RocksStore::Sync() {
  return Guarded([&]() -> Result<void> {
    if (Result<void> writable = CheckWritable(); !writable) return writable;
    return Attempt([this] { return SyncLog(); });
  });
}

// A commit that the watermark does not know of may not be acknowledged, and is there all the same.
Result<void> RocksStore::KeepWatermark(std::string_view note) {
  return Guarded([&]() -> Result<void> {
    if (Result<void> writable = CheckWritable(); !writable) return writable;
    const Result<void> kept = watermark_->KeepNote(note);
    return kept ? kept : Unknown(rocksdb::Status::IOError(kept.error().message()));
  });
}

}  // namespace idem::storage
