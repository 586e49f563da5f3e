// SPDX-License-Identifier: Apache-2.0
//
// The reader is a RocksDB secondary: it follows the writer's manifest and logs, and writes nothing
// into the writer's directory.
//
// A secondary by itself is not a consistent reader, in three ways that it reports as success:
//
//   * It reads the manifest (which sorted files there are) and then the logs. When the writer
//     finishes a flush and removes the log in between, the secondary has neither the log nor the
//     new file, yet reads the logs after it: a hole.
//   * When a log is removed between being listed and being opened, it reads none of the logs.
//   * Its memtable stays until a newer log has an entry. Until then values that were overwritten
//     in the meantime, and flushed, hide the newer ones; after compaction even from scans.
//
// So it is opened on the files of one moment (reader_files.h): the logs as they are, and then the
// manifest as it is. What it finds is a prefix of the commits, with all that were there before:
//
//   the logs       hold the commits from some one on, without a hole: all but the last are
//                  complete, and later ones are not seen
//   the manifest   names sorted files that hold every commit up to some one, because memtables are
//                  flushed in their order and bulk commits wait for those before them
//   together       there is no hole between them: a log is removed after the manifest says that it
//                  is needless, and the manifest is of a later moment. For the same reason it names
//                  the files of each bulk commit that a commit in the logs came after
//
// Of the three, the first and second need a log that is missing, and the held ones are not; the
// third needs an older memtable. What is left are sorted files that a merge removes before they are
// opened: RocksDB then takes the newest state that it has all files of, and says nothing. No file
// that the manifest names was removed before the moment; so what was read counts only if none was
// removed since. A writer at full speed merges less often than it flushes, and flushing is no
// reason any more to read again.
//
// While the manifest is the one that was read, the secondary catches up with the logs alone. That
// counts only if the manifest stood still to the end, and no log went: then nothing was flushed.
//
// Before it is opened the files are held against the marks of the watermark (file_guard.h), which
// is read before the moment: a log that has a mark is complete. One that is missing was removed in
// between, or is lost. So what looks like damage counts only if nothing moved.

#include "storage/rocks/file_guard.h"
#include "storage/rocks/file_system_env.h"
#include "storage/rocks/memory_budget_impl.h"
#include "storage/rocks/open_db.h"
#include "storage/rocks/private_files.h"
#include "storage/rocks/reader_files.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_process.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/watermark_file.h"
#include "storage/rocks/writer_progress.h"

#include <stdlib.h>

#include <cerrno>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

// How often to look again when the writer moved on meanwhile.
constexpr int kAttempts = 100;

Error NoFolder(std::string folder, const std::error_code& why) {
  // The library says nothing of a path that it does not take.
  const char* const given = ::getenv("TMPDIR");
  if (folder.empty()) folder = given != nullptr ? given : "/tmp";
  return Error(ErrorCode::kIoError, "a reader needs a folder for temporary files, and " + folder +
                                        " is none (" + why.message() +
                                        "); set TMPDIR to one that can be written to");
}

// A directory for what a secondary may want to write. Removed at the end.
class PrivateDirectory {
 public:
  static Result<std::unique_ptr<PrivateDirectory>> Make() {
    std::error_code code;
    const fs::path folder = fs::temp_directory_path(code);
    if (code) return NoFolder(folder.string(), code);
    std::string path = (folder / "idem-reader-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
      return NoFolder(folder.string(), std::error_code(errno, std::system_category()));
    }
    return std::make_unique<PrivateDirectory>(std::move(path));
  }

  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}
  ~PrivateDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

Error ReadOnly() {
  return Error(ErrorCode::kUnsupported, "the store is open for reading; open it for writing");
}

class RocksReader final : public Store {
 public:
  RocksReader(std::unique_ptr<PrivateDirectory> own, fs::path directory,
              const codec::FormatHeader& header, const SinkOptions& options)
      : own_(std::move(own)),
        directory_(std::move(directory)),
        header_(header),
        cache_(MemoryBudgetImpl::CacheOf(options)),
        files_(std::make_shared<ReaderFiles>(PrivateFilesEnv()->GetFileSystem(), directory_)),
        env_(NewFileSystemEnv(PrivateFilesEnv(), files_)),
        rocks_(ReaderOptions(options, env_.get(), cache_)) {}

  // Comes first. Nothing else may be called when it failed.
  Result<void> Open() {
    Result<std::shared_ptr<const Pin>> pin = PinNewest();
    if (!pin) return pin.error();
    return CheckHeader((*pin)->db(), header_, directory_.string());
  }

  std::unique_ptr<ReadResult> NewReadResult() const override { return NewRocksReadResult(cache_); }

  Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const override {
    return Guarded([&]() -> Result<void> {
      Result<std::shared_ptr<const Pin>> pin = PinNewest();
      if (!pin) return pin.error();
      return ReadKeys((*pin)->db(), keys, result);
    });
  }

  Result<void> Commit(const WritePlan&, Durability) override { return ReadOnly(); }
  Result<void> CheckWriter(std::uint64_t) const override { return ReadOnly(); }
  Result<std::uint64_t> TakeEpoch() override { return ReadOnly(); }
  Result<void> Sync() override { return ReadOnly(); }
  Result<void> KeepWatermark(std::string_view) override { return ReadOnly(); }

  Result<std::string> ReadWatermark() const override {
    auto watermark = WatermarkFile::Read(directory_, header_.store_id);
    if (!watermark) return watermark.error();
    return std::move(watermark->note);
  }

  Result<std::unique_ptr<StoreView>> NewView() const override {
    return Guarded([this]() -> Result<std::unique_ptr<StoreView>> {
      Result<std::shared_ptr<const Pin>> pin = PinNewest();
      if (!pin) return pin.error();
      return NewRocksView(*std::move(pin));
    });
  }

 private:
  // The state that somebody looks at already, or else the newest.
  Result<std::shared_ptr<const Pin>> PinNewest() const {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const Pin> pin = pin_.lock();
    if (pin == nullptr) {
      if (Result<void> caught_up = CatchUp(); !caught_up) return caught_up.error();
      pin = std::make_shared<const Pin>(db_.get(), Pin::Token{});
      pin_ = pin;
    }
    return pin;
  }

  // REQUIRES: mutex_ is held and nobody looks.
  Result<void> CatchUp() const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const WriterProgress before = LookAtWriter(directory_);
      const bool only_logs = db_ != nullptr && before.SameManifest(progress_);
      std::optional<WriterProgress> moment;
      Result<void> caught_up = only_logs ? FollowLogs() : OpenAnew(&moment);
      if (!caught_up) db_.reset();
      const WriterProgress after = LookAtWriter(directory_);
      const bool whole = caught_up && moment && after.HasSortedFilesOf(*moment);
      progress_ = moment.value_or(before);
      if (whole || after.StoodStillSince(before)) return caught_up;
    }
    return Error(ErrorCode::kIoError,
                 directory_.string() + " changes too fast to be followed; try again");
  }

  Result<void> FollowLogs() const { return Outcome(db_->TryCatchUpWithPrimary()); }

  // Sets `moment` to the one that it is opened on; unset where there was none.
  Result<void> OpenAnew(std::optional<WriterProgress>* moment) const {
    db_.reset();
    auto watermark = WatermarkFile::Read(directory_, header_.store_id);
    if (!watermark) return watermark.error();
    *moment = files_->Hold();
    Result<void> opened = CheckAndOpen(*watermark);
    files_->LetGo();
    return opened;
  }

  Result<void> CheckAndOpen(const codec::WatermarkImage& watermark) const {
    if (auto whole = CheckFiles(files_.get(), directory_.string(), watermark); !whole) {
      return whole.error();
    }
    return Outcome(OpenSecondary(rocks_, directory_.string(), own_->path(), &db_));
  }

  Result<void> Outcome(const rocksdb::Status& status) const {
    return status.ok() ? Result<void>() : OpenError(status, directory_.string());
  }

  std::unique_ptr<PrivateDirectory> own_;
  const fs::path directory_;
  const codec::FormatHeader header_;
  std::shared_ptr<rocksdb::Cache> cache_;
  const std::shared_ptr<ReaderFiles> files_;
  const std::unique_ptr<rocksdb::Env> env_;  // with files_
  const rocksdb::Options rocks_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  mutable std::unique_ptr<rocksdb::DB> db_;
  mutable WriterProgress progress_;       // where the writer stood when db_ was opened
  mutable std::weak_ptr<const Pin> pin_;  // what somebody looks at; db_ stays while it is alive
};

Result<std::unique_ptr<Store>> Open(const fs::path& directory, const SinkOptions& options) {
  if (Result<void> may = CheckNotForked(); !may) return may.error();
  if (Result<void> rocks = CheckRocks(); !rocks) return rocks.error();
  Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) return found.error();
  if (found->kind != DirectoryKind::kStore) return StoreMissing(directory);
  Result<fs::path> real = RealDirectory(directory);
  if (!real) return real.error();
  Result<std::unique_ptr<PrivateDirectory>> own = PrivateDirectory::Make();
  if (!own) return own.error();
  auto reader = std::make_unique<RocksReader>(*std::move(own), *real, found->header, options);
  Result<void> opened = reader->Open();
  if (!opened) return opened.error();
  return std::unique_ptr<Store>(std::move(reader));
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksReader(const fs::path& directory,
                                               const SinkOptions& options) {
  return Guarded([&] { return Open(directory, options); });
}

}  // namespace idem::storage
