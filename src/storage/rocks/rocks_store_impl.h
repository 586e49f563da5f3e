// SPDX-License-Identifier: Apache-2.0
//
// RocksStore: the store on RocksDB, open for writing. How one is found, created and opened is in
// rocks_store_open.cc.
#pragma once

#include "codec/keyspace.h"
#include "codec/store_header.h"
#include "storage/rocks/background_threads.h"
#include "storage/rocks/creation.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/file_system_env.h"
#include "storage/rocks/guarded_files.h"
#include "storage/rocks/health.h"
#include "storage/rocks/memory_budget_impl.h"
#include "storage/rocks/merge_room.h"
#include "storage/rocks/owned_files.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/sealed_batch.h"
#include "storage/rocks/space_guard.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_pressure.h"
#include "storage/rocks/watermark_file.h"
#include "storage/rocks/write_stall.h"
#include "storage/store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace idem::storage {

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<DirectoryLock> lock, std::shared_ptr<WatermarkFile> watermark,
             const std::filesystem::path& directory, const SinkOptions& options, rocksdb::Env* env)
      : lock_(std::move(lock)),
        directory_(directory.string()),
        watermark_(std::move(watermark)),
        budget_(MemoryBudgetImpl::Of(options)),
        options_(MemoryBudgetImpl::Within(options)),
        health_(std::make_shared<Health>(options.logger)),
        cache_(MemoryBudgetImpl::CacheOf(options)),
        files_(std::make_shared<OwnedFiles>(env->GetFileSystem(), lock_.get(), directory)),
        owned_(NewFileSystemEnv(env, files_)),
        env_(NewGuardedEnv(
            owned_.get(), watermark_, [this] { return files_->Check(); }, creation_, log_gate_)),
        threads_(env_.get()),
        use_(MemoryBudgetImpl::UseOf(options)),
        rocks_(WriterOptions(options_, env_.get(), cache_, NewPoisoningListener(health_), use_)),
        merges_(&rocks_, directory.string(), options.keep_free_bytes),
        space_(env->GetFileSystem(), &merges_, directory.string(), options.keep_free_bytes),
        stall_(&rocks_, health_.get(), budget_.get(), &merges_, &queue_, options.stall_wait_ms) {}

  ~RocksStore() override;

  // Exactly one of these two comes first. When it failed nothing else may be called but
  // WhyNotOpened and, of a store that was to be created, Discard. `fill` may be empty.
  Result<void> Create(const std::filesystem::path& directory, const codec::FormatHeader& header,
                      const Filling& fill);
  Result<void> OpenFound(const std::filesystem::path& directory, const codec::FormatHeader& header,
                         rocksdb::WALRecoveryMode mode);

  // What the opening failed with, told `error`: that the store was lost meanwhile or another
  // process changed its files, where that is so.
  Error WhyNotOpened(const Error& error) const;

  // Takes away what was made, as far as it can; what is left is no store, and goes with the next
  // making. The directory stays.
  Result<void> Discard(const std::filesystem::path& directory);

  std::unique_ptr<ReadResult> NewReadResult() const override { return NewRocksReadResult(cache_); }

  Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const override {
    return ReadKeys(db_.get(), keys, result);
  }

  Result<void> Commit(const WritePlan& plan, Durability durability) override;
  void Prepare(WritePlan* plan) const override;
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

  StorePressure ReadPressure() const override {
    StorePressure pressure = PressureOf(db_.get(), space_);
    pressure.stopped |= budget_ != nullptr && budget_->Stops(db_.get());
    return pressure;
  }
  std::uint64_t StalledMicros() const override { return stall_.waited_micros(); }

 private:
  Result<void> CheckWritable() const;
  rocksdb::Status StillOwned() const;
  rocksdb::Status SyncLog();
  Result<void> ApplyDurably(rocksdb::WriteBatch* batch);
  Result<void> ApplyUnlessStalled(SealedBatch* sealed, bool sync);
  Result<void> BeginFlushBefore();
  Result<void> CommitSorted(const WritePlan& plan);
  Result<void> PutDurably(codec::Space space, std::string_view value);
  void Close();
  rocksdb::Status RemoveRemains() const;
  Result<void> EndCreation(const std::filesystem::path& directory);
  Result<void> Load();
  Error Unknown(const rocksdb::Status& status) noexcept;

  // Takes what `operation` of RocksDB returned or threw. Only success proves anything: a write that
  // failed may be on disk, and what comes after it in the log may then be lost.
  template <typename Operation>
  Result<void> Attempt(Operation&& operation);

  std::unique_ptr<DirectoryLock> lock_;  // released after everything else is closed
  const std::string directory_;
  const std::shared_ptr<WatermarkFile> watermark_;
  const std::shared_ptr<MemoryBudgetImpl> budget_;  // which may be null
  const SinkOptions options_;
  std::shared_ptr<Health> health_;
  std::shared_ptr<rocksdb::Cache> cache_;
  const std::shared_ptr<OwnedFiles> files_;
  const std::unique_ptr<rocksdb::Env> owned_;  // with files_
  const std::shared_ptr<Creation> creation_ = std::make_shared<Creation>();
  const std::shared_ptr<LogGate> log_gate_ = std::make_shared<LogGate>();
  const std::unique_ptr<rocksdb::Env> env_;
  const BackgroundThreads threads_;
  const std::shared_ptr<MemtableUse> use_;  // null without a memory budget
  rocksdb::Options rocks_;
  const MergeRoom merges_;
  SpaceGuard space_;  // Check: guarded by commit_mutex_
  WriterQueue queue_;
  WriteStall stall_;
  std::unique_ptr<rocksdb::DB> db_;

  std::mutex commit_mutex_;  // between Commit and TakeEpoch, so that no plan slips past an epoch
  std::atomic<std::uint64_t> epoch_ = 0;  // the stored one; changed under commit_mutex_ alone

  // Shared by views that begin; no view begins while RocksDB takes files over. It looks first
  // whether somebody has a snapshot: one that is taken after that look would see them appear.
  mutable std::shared_mutex ingestion_mutex_;
};

}  // namespace idem::storage
