// SPDX-License-Identifier: Apache-2.0
//
// What can be kept of a store, tried from the mildest to the hardest:
//
//   manifest  all of it, or as much as was synced: a loss of power can leave garbage behind that
//   logs      as an ordinary opening reads them, or up to the first record that is damaged
//
// No log is read that comes after one that is not as it was synced: what is missing there would be
// a hole. A manifest whose synced part is damaged, or a damaged sorted file, leaves nothing to
// keep: nobody knows what else has gone.
#include "storage/rocks/directory_safety.h"
#include "storage/rocks/examination.h"
#include "storage/rocks/file_guard.h"
#include "storage/rocks/iterator_factory.h"
#include "storage/rocks/kept_files.h"
#include "storage/rocks/private_files.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_process.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"

#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::WALRecoveryMode;

class RocksRecovery final : public StoreRecovery {
 public:
  RocksRecovery(Recoverable found, const SinkOptions& options, rocksdb::Env* env)
      : found_(std::move(found)),
        directory_(found_.directory.string()),
        options_(options),
        env_(env),
        files_(env->GetFileSystem()) {}

  // Comes first. Nothing else may be called when it failed.
  Result<void> Look();

  const std::vector<std::string>& damage() const override { return damage_; }
  const StoreView* kept() const override { return kept_.get(); }
  std::optional<std::string_view> note() const override {
    return watermark_ ? std::optional<std::string_view>(watermark_->note) : std::nullopt;
  }
  Result<std::unique_ptr<Store>> Finish() override {
    return Guarded([this] { return FinishUnguarded(); });
  }

 private:
  Result<bool> LookAtManifest();
  Result<void> LookAtLogs();
  Result<void> LookAtState();
  Result<bool> TryToOpen(bool whole_manifest, WALRecoveryMode mode);
  Result<void> LookAtSortedFiles();
  Result<void> RemoveLaterLogs();
  Result<void> SettleWatermark();
  Result<std::unique_ptr<Store>> FinishUnguarded();

  Recoverable found_;
  const std::string directory_;
  const SinkOptions options_;
  rocksdb::Env* const env_;
  const std::shared_ptr<rocksdb::FileSystem> files_;

  std::vector<std::string> damage_;
  std::optional<codec::WatermarkImage> watermark_;  // unset: it is damaged
  codec::FileMark manifest_;                        // of the one that CURRENT names
  KeptFiles keeping_;
  WALRecoveryMode mode_ = WALRecoveryMode::kTolerateCorruptedTailRecords;

  std::unique_ptr<rocksdb::Env> kept_env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<StoreView> kept_;
};

Result<void> RocksRecovery::Look() {
  auto watermark = WatermarkFile::Read(found_.directory, found_.header.store_id);
  if (watermark) {
    watermark_ = *std::move(watermark);
  } else if (watermark.error().code() == ErrorCode::kCorruption) {
    damage_.push_back(std::string(kWatermarkFile) + " is missing or damaged");
  } else {
    return watermark.error();
  }
  Result<bool> manifest = LookAtManifest();
  if (!manifest) return manifest.error();
  if (!*manifest) return {};
  if (Result<void> looked = LookAtLogs(); !looked) return looked;
  return LookAtState();
}

// False: it is damaged.
Result<bool> RocksRecovery::LookAtManifest() {
  auto manifest = watermark_ ? CheckManifest(files_.get(), directory_, watermark_->manifests)
                             : MarkManifest(files_.get(), directory_);
  if (manifest) {
    manifest_ = *std::move(manifest);
    return true;
  }
  if (manifest.error().code() != ErrorCode::kCorruption) return manifest.error();
  damage_.push_back("the manifest does not hold what was synced of it, or CURRENT names another");
  return false;
}

Result<void> RocksRecovery::LookAtLogs() {
  if (!watermark_) return {};
  for (const codec::FileMark& log : watermark_->logs) {
    Result<void> same = CheckMark(files_.get(), directory_, log);
    if (same) continue;
    if (same.error().code() != ErrorCode::kCorruption) return same;
    damage_.push_back(log.name + " is missing, or does not hold what was synced of it");
    keeping_.last_log = LogNumber(log.name);
    return {};
  }
  return {};
}

Result<void> RocksRecovery::LookAtState() {
  for (const auto mode :
       {WALRecoveryMode::kTolerateCorruptedTailRecords, WALRecoveryMode::kPointInTimeRecovery}) {
    for (const bool whole_manifest : {true, false}) {
      const Result<bool> opened = TryToOpen(whole_manifest, mode);
      if (!opened) return opened.error();
      if (*opened) return LookAtSortedFiles();
    }
  }
  return {};
}

// False: RocksDB finds damage.
Result<bool> RocksRecovery::TryToOpen(bool whole_manifest, WALRecoveryMode mode) {
  keeping_.manifest.reset();
  if (!whole_manifest) keeping_.manifest = manifest_;
  mode_ = mode;
  kept_env_ = NewKeptFilesEnv(env_, keeping_);
  const rocksdb::Status status =
      OpenAsFound(found_.directory, options_, mode, kept_env_.get(), &db_);
  if (status.ok()) return true;
  const Error error = OpenError(status, directory_);
  if (error.code() != ErrorCode::kCorruption) return error;
  std::string what = "RocksDB cannot read its files: " + status.ToString();
  if (damage_.empty() || damage_.back() != what) damage_.push_back(std::move(what));
  return false;
}

Result<void> RocksRecovery::LookAtSortedFiles() {
  if (Result<void> same = CheckHeader(db_.get(), found_.header, directory_); !same) {
    if (same.error().code() != ErrorCode::kCorruption) return same;
    damage_.push_back("files of two stores were mixed, or the header's entry is damaged");
    return {};
  }
  const rocksdb::Status status = db_->VerifyChecksum(VerifiedReadOptions(nullptr));
  if (status.ok()) {
    kept_ = NewRocksView(std::make_shared<const Pin>(db_.get(), Pin::Token{}));
    return {};
  }
  if (!status.IsCorruption()) return ReadError(status);
  damage_.push_back("a sorted file is damaged: " + status.ToString());
  return {};
}

// Whoever opens the store next must not find them: RocksDB would read them, and their numbers are
// given again.
Result<void> RocksRecovery::RemoveLaterLogs() {
  if (!keeping_.last_log) return {};
  std::vector<std::string> names;
  IOStatus status = files_->GetChildren(directory_, IOOptions(), &names, nullptr);
  for (const std::string& name : names) {
    if (!status.ok()) break;
    if (LogNumber(name).value_or(0) <= *keeping_.last_log) continue;
    status = files_->DeleteFile(directory_ + "/" + name, IOOptions(), nullptr);
  }
  return status.ok() ? SyncNames(files_.get(), directory_) : OpenError(status, directory_);
}

// The marks are those of what is kept. The note stays until the store is open: it says what was
// lost, should this process not come to its end.
Result<void> RocksRecovery::SettleWatermark() {
  auto file = watermark_
                  ? WatermarkFile::Open(found_.directory, found_.header.store_id)
                  : WatermarkFile::Create(found_.directory, found_.header.store_id, {manifest_});
  if (!file) return file.error();
  found_.watermark = *std::move(file);
  if (Result<void> settled =
          SettleManifest(files_.get(), directory_, manifest_, found_.watermark.get());
      !settled) {
    return settled;
  }
  if (Result<void> kept = found_.watermark->KeepFiles({manifest_}, {}); !kept) return kept;
  return found_.watermark->Sync();
}

Result<std::unique_ptr<Store>> RocksRecovery::FinishUnguarded() {
  kept_.reset();
  db_.reset();
  if (Result<void> removed = RemoveLaterLogs(); !removed) return removed.error();
  if (Result<void> settled = SettleWatermark(); !settled) return settled.error();
  kept_env_ = NewKeptFilesEnv(env_, {keeping_.manifest, std::nullopt});
  return OpenRecovering(std::move(found_), mode_, options_, kept_env_.get());
}

Result<std::unique_ptr<StoreRecovery>> Begin(const fs::path& directory, const SinkOptions& options,
                                             rocksdb::Env* env) {
  if (Result<void> rocks = CheckRocks(); !rocks) return rocks.error();
  if (Result<void> safe = CheckDirectorySafety(directory); !safe) return safe.error();
  Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) return found.error();
  if (found->kind != DirectoryKind::kStore) return StoreMissing(directory);
  Result<fs::path> canonical = RealDirectory(directory);
  if (!canonical) return canonical.error();
  const fs::path& real = *canonical;
  Result<std::unique_ptr<DirectoryLock>> lock = DirectoryLock::Acquire(real);
  if (!lock) return lock.error();
  // Only now does nobody else change it; what was seen before may be gone, or another store.
  if (Result<void> safe = CheckDirectorySafety(real); !safe) return safe.error();
  found = InspectDirectory(real);
  if (!found) return found.error();
  if (found->kind != DirectoryKind::kStore) return StoreMissing(directory);
  auto recovery = std::make_unique<RocksRecovery>(
      Recoverable{real, found->header, *std::move(lock), nullptr}, options, env);
  if (Result<void> looked = recovery->Look(); !looked) return looked.error();
  return std::unique_ptr<StoreRecovery>(std::move(recovery));
}

}  // namespace

Result<std::unique_ptr<StoreRecovery>> BeginRocksRecovery(const fs::path& directory,
                                                          const SinkOptions& options,
                                                          rocksdb::Env* env) {
  return Guarded([&] { return Begin(directory, options, env); });
}

Result<std::unique_ptr<StoreRecovery>> BeginRocksRecovery(const fs::path& directory,
                                                          const SinkOptions& options) {
  if (Result<void> may = CheckNotForked(); !may) return may.error();
  return BeginRocksRecovery(directory, options, PrivateFilesEnv());
}

}  // namespace idem::storage
