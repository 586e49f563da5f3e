// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/rocks_store.h"

#include "base/log.h"
#include "codec/keyspace.h"
#include "codec/store_header.h"
#include "storage/rocks/batch_seal.h"
#include "storage/rocks/bulk_files.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/directory_safety.h"
#include "storage/rocks/entropy.h"
#include "storage/rocks/examination.h"
#include "storage/rocks/file_system_env.h"
#include "storage/rocks/flush_ahead.h"
#include "storage/rocks/guarded_files.h"
#include "storage/rocks/health.h"
#include "storage/rocks/open_db.h"
#include "storage/rocks/owned_files.h"
#include "storage/rocks/plan_batch.h"
#include "storage/rocks/private_files.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/space_guard.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/store_pressure.h"
#include "storage/rocks/watermark_file.h"
#include "storage/rocks/write_stall.h"

#include <rocksdb/write_batch.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<DirectoryLock> lock, std::shared_ptr<WatermarkFile> watermark,
             const fs::path& directory, const SinkOptions& options, rocksdb::Env* env)
      : lock_(std::move(lock)),
        watermark_(std::move(watermark)),
        options_(options),
        health_(std::make_shared<Health>(options.logger)),
        cache_(rocksdb::NewLRUCache(options.cache_bytes)),
        files_(std::make_shared<OwnedFiles>(env->GetFileSystem(), lock_.get(), directory)),
        owned_(NewFileSystemEnv(env, files_)),
        env_(NewGuardedEnv(owned_.get(), watermark_, [this] { return files_->Check(); })),
        rocks_(WriterOptions(options, env_.get(), cache_, NewPoisoningListener(health_))),
        space_(env->GetFileSystem(), directory.string(), options.keep_free_bytes),
        stall_(&rocks_, options.stall_wait_ms) {}

  ~RocksStore() override;

  // Exactly one of these two comes first. Nothing else may be called when it failed.
  Result<void> Create(const fs::path& directory, const codec::FormatHeader& header);
  Result<void> OpenFound(const fs::path& directory, const codec::FormatHeader& header,
                         rocksdb::WALRecoveryMode mode);

  std::unique_ptr<ReadResult> NewReadResult() const override { return NewRocksReadResult(cache_); }

  Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const override {
    return ReadKeys(db_.get(), keys, result);
  }

  Result<void> Commit(const WritePlan& plan, Durability durability) override;
  Result<void> CheckWriter(std::uint64_t writer_epoch) const override;
  Result<std::uint64_t> TakeEpoch() override;
  Result<void> Sync() override;
  Result<void> KeepWatermark(std::string_view note) override;
  Result<std::string> ReadWatermark() const override { return watermark_->image().note; }

  Result<std::unique_ptr<StoreView>> NewView() const override {
    return Guarded([this]() -> Result<std::unique_ptr<StoreView>> {
      const std::shared_lock lock(ingestion_mutex_);
      return NewRocksView(std::make_shared<const Pin>(db_.get()));
    });
  }

  StorePressure ReadPressure() const override { return PressureOf(db_.get(), space_); }

 private:
  Result<void> CheckWritable() const;
  rocksdb::Status StillOwned() const;
  Result<void> Apply(rocksdb::WriteBatch* batch, bool sync);
  Result<void> ApplyUnlessStalled(rocksdb::WriteBatch* batch, bool sync);
  Result<void> CommitSorted(const WritePlan& plan);
  Result<void> PutDurably(codec::Space space, std::string_view value);
  Result<void> Load();
  Error Unknown(const rocksdb::Status& status) noexcept;

  // Takes what `operation` of RocksDB returned or threw. Only success proves anything: a write that
  // failed may be on disk, and what comes after it in the log may then be lost.
  template <typename Operation>
  Result<void> Attempt(Operation&& operation);

  std::unique_ptr<DirectoryLock> lock_;  // released after everything else is closed
  const std::shared_ptr<WatermarkFile> watermark_;
  const SinkOptions options_;
  std::shared_ptr<Health> health_;
  std::shared_ptr<rocksdb::Cache> cache_;
  const std::shared_ptr<OwnedFiles> files_;
  const std::unique_ptr<rocksdb::Env> owned_;  // with files_
  const std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options rocks_;
  SpaceGuard space_;  // Check: guarded by commit_mutex_
  const WriteStall stall_;
  std::unique_ptr<rocksdb::DB> db_;

  std::mutex commit_mutex_;  // between Commit and TakeEpoch, so that no plan slips past an epoch
  std::atomic<std::uint64_t> epoch_ = 0;  // the stored one; changed under commit_mutex_ alone

  // Shared by views that begin; no view begins while RocksDB takes files over. It looks first
  // whether somebody has a snapshot: one that is taken after that look would see them appear.
  mutable std::shared_mutex ingestion_mutex_;

  PlanBatch batch_;  // guarded by commit_mutex_
};

RocksStore::~RocksStore() {
  // A forked child has neither RocksDB's threads nor the right to close its files.
  if (lock_->InForkedChild()) static_cast<void>(db_.release());
  if (db_ == nullptr) return;
  db_.reset();
  if (Result<void> synced = watermark_->Sync(); !synced) {
    base::Log(options_.logger, LogLevel::kError, "closing with an unsynced watermark: {}",
              synced.error().message());
  }
}

Result<void> RocksStore::Create(const fs::path& directory, const codec::FormatHeader& header) {
  // What an earlier attempt left. It was never a store, so nothing is lost with it.
  rocksdb::Status status = rocksdb::DestroyDB(directory.string(), rocks_);
  if (!status.ok()) return OpenError(status, directory.string());
  rocks_.create_if_missing = true;
  rocks_.error_if_exists = true;
  status = OpenPrimary(rocks_, directory.string(), &db_);
  if (!status.ok()) return OpenError(status, directory.string());
  std::string bytes;
  codec::AppendFormatHeader(header, &bytes);
  if (Result<void> put = PutDurably(codec::Space::kFormat, bytes); !put) return put;
  if (Result<void> finished = FinishCreation(directory); !finished) return finished;
  return Load();
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
  return {};
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
  rocksdb::Status status = rocksdb::Status::Aborted();  // what an exception leaves
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

Result<void> RocksStore::Apply(rocksdb::WriteBatch* batch, bool sync) {
  return Attempt([&] {
    rocksdb::WriteOptions options;
    options.sync = sync;
    rocksdb::Status status = db_->Write(options, batch);
    return status.ok() ? StillOwned() : status;
  });
}

Result<void> RocksStore::ApplyUnlessStalled(rocksdb::WriteBatch* batch, bool sync) {
  bool stalled = false;
  Result<void> applied = Attempt([&] {
    rocksdb::WriteOptions options;
    options.sync = sync;
    const BatchSeal seal(*batch);
    rocksdb::Status status = seal.Check(*batch, stall_.Write(db_.get(), options, batch));
    stalled = status.IsIncomplete();
    if (stalled) return rocksdb::Status::OK();
    return status.ok() ? StillOwned() : status;
  });
  return stalled ? WriteStall::TimedOut() : applied;
}

Result<void> RocksStore::PutDurably(codec::Space space, std::string_view value) {
  rocksdb::WriteBatch batch;
  const rocksdb::Status status = batch.Put(codec::SpaceKey(space), ToSlice(value));
  if (!status.ok()) return ReadError(status);
  return Apply(&batch, /*sync=*/true);
}

Result<void> RocksStore::Commit(const WritePlan& plan, Durability durability) {
  return Guarded([&]() -> Result<void> {
    const std::lock_guard lock(commit_mutex_);
    if (Result<void> allowed = CheckWriter(plan.writer_epoch); !allowed) return allowed;
    if (plan.writes.empty()) return durability == Durability::kSync ? Sync() : Result<void>();

    const std::size_t bytes = PlanBytes(plan);
    if (Result<void> room = space_.Check(bytes); !room) return room;
    if (plan.path == WritePath::kSortedFiles) return CommitSorted(plan);
    if (Result<void> filled = batch_.Fill(plan, bytes); !filled) return filled;
    return ApplyUnlessStalled(batch_.get(), durability == Durability::kSync);
  });
}

// An ingestion is on the disk at once, so everything before it has to be in sorted files too: what
// is in the log alone may be lost with its end, and the order of commits would have a hole. The
// flush goes on while the files are written.
Result<void> RocksStore::CommitSorted(const WritePlan& plan) {
  if (rocksdb::Status begun = BeginFlush(db_.get()); !begun.ok()) {
    health_->Poison(begun);
    return health_->Check();
  }
  BulkFiles files(db_.get(), rocks_);
  if (Result<void> written = files.Make(plan.writes); !written) return written;
  const bool ready = stall_.WaitFor([this] { return IsFlushed(db_.get()) || !health_->Check(); });
  if (Result<void> writable = CheckWritable(); !writable) return writable;
  if (!ready) return WriteStall::TimedOut();
  const std::unique_lock no_views(ingestion_mutex_);
  return Attempt([&] {
    rocksdb::Status status = files.Ingest();
    if (status.ok()) files_->SettleTaken();
    return status.ok() ? StillOwned() : status;
  });
}

Result<std::uint64_t> RocksStore::TakeEpoch() {
  return Guarded([&]() -> Result<std::uint64_t> {
    const std::lock_guard lock(commit_mutex_);
    if (Result<void> writable = CheckWritable(); !writable) return writable.error();
    std::string bytes;
    codec::AppendFixed64(epoch_ + 1, &bytes);
    if (Result<void> put = PutDurably(codec::Space::kEpoch, bytes); !put) return put.error();
    return ++epoch_;
  });
}

Result<void> RocksStore::Sync() {
  return Guarded([&]() -> Result<void> {
    if (Result<void> writable = CheckWritable(); !writable) return writable;
    return Attempt([&] { return db_->FlushWAL(/*sync=*/true); });
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

Result<std::unique_ptr<Store>> Create(const fs::path& directory,
                                      std::unique_ptr<DirectoryLock> lock,
                                      const SinkOptions& options, rocksdb::Env* env) {
  codec::FormatHeader header;
  if (Result<void> filled = FillRandom(header.store_id.bytes); !filled) return filled.error();
  if (Result<void> begun = BeginCreation(directory, header); !begun) return begun.error();
  auto watermark = WatermarkFile::Create(directory, header.store_id);
  if (!watermark) return watermark.error();
  auto store =
      std::make_unique<RocksStore>(std::move(lock), *std::move(watermark), directory, options, env);
  if (Result<void> created = store->Create(directory, header); !created) return created.error();
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> OpenExamined(Recoverable found, rocksdb::WALRecoveryMode mode,
                                            const SinkOptions& options, rocksdb::Env* env) {
  auto store = std::make_unique<RocksStore>(std::move(found.lock), std::move(found.watermark),
                                            found.directory, options, env);
  if (Result<void> opened = store->OpenFound(found.directory, found.header, mode); !opened) {
    return opened.error();
  }
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> OpenExisting(Recoverable found, const SinkOptions& options,
                                            const Inspection& inspect, rocksdb::Env* env) {
  auto watermark = WatermarkFile::Open(found.directory, found.header.store_id);
  if (!watermark) return watermark.error();
  found.watermark = *std::move(watermark);
  Result<codec::FileMark> manifest =
      Examine(found.directory, found.header, found.watermark->image(), inspect, options, env);
  if (!manifest) return manifest.error();
  Result<void> settled = SettleManifest(env->GetFileSystem().get(), found.directory.string(),
                                        *std::move(manifest), found.watermark.get());
  if (!settled) return settled.error();
  return OpenExamined(std::move(found), rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords,
                      options, env);
}

Result<std::unique_ptr<Store>> Open(const fs::path& directory, const SinkOptions& options,
                                    const Inspection& inspect, rocksdb::Env* env) {
  if (Result<void> version = CheckRocksVersion(); !version) return version.error();
  if (Result<void> safe = CheckDirectorySafety(directory); !safe) return safe.error();
  Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) return found.error();
  if (found->kind != DirectoryKind::kStore && !options.create_if_missing) {
    return StoreMissing(directory);
  }
  if (found->kind != DirectoryKind::kStore && inspect) {
    if (Result<void> passed = inspect(nullptr, {}); !passed) return passed.error();
  }
  if (found->kind == DirectoryKind::kMissing) {
    if (Result<void> made = MakeDirectory(directory); !made) return made.error();
  }
  const fs::path real = fs::canonical(directory);
  Result<std::unique_ptr<DirectoryLock>> lock = DirectoryLock::Acquire(real);
  if (!lock) return lock.error();
  // Only now does nobody else change it.
  if (Result<void> safe = CheckDirectorySafety(real); !safe) return safe.error();
  found = InspectDirectory(real);
  if (!found) return found.error();

  auto store =
      found->kind == DirectoryKind::kStore
          ? OpenExisting({real, found->header, *std::move(lock), nullptr}, options, inspect, env)
          : Create(real, *std::move(lock), options, env);
  if (store) base::Log(options.logger, LogLevel::kInfo, "opened the store in {}", real.string());
  return store;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksStore(const fs::path& directory, const SinkOptions& options,
                                              const Inspection& inspect, rocksdb::Env* env) {
  return Guarded([&] { return Open(directory, options, inspect, env); });
}

Result<std::unique_ptr<Store>> OpenRocksStore(const fs::path& directory, const SinkOptions& options,
                                              const Inspection& inspect) {
  return OpenRocksStore(directory, options, inspect, PrivateFilesEnv());
}

Result<std::unique_ptr<Store>> OpenRecovering(Recoverable found, rocksdb::WALRecoveryMode mode,
                                              const SinkOptions& options, rocksdb::Env* env) {
  return Guarded([&] { return OpenExamined(std::move(found), mode, options, env); });
}

}  // namespace idem::storage
