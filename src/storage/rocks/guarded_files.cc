// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/guarded_files.h"

#include "codec/fingerprint.h"
#include "storage/rocks/file_system_env.h"

#include <rocksdb/file_system.h>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }
bool IsManifest(std::string_view path) { return NameOf(path).starts_with("MANIFEST-"); }
bool IsLog(std::string_view path) { return path.ends_with(".log"); }

// A file that knows what was appended to it.
class MarkedFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  MarkedFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string_view name)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(name) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return Note(data, FSWritableFileOwnerWrapper::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Note(data, FSWritableFileOwnerWrapper::Append(data, options, verification, debug));
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return UnlessFailed([&] { return FSWritableFileOwnerWrapper::Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return UnlessFailed([&] { return FSWritableFileOwnerWrapper::Fsync(options, debug); });
  }

  codec::FileMark mark() const { return {name_, bytes_, hash_.Sum()}; }

  // After an append that failed nobody knows what the file holds.
  bool is_certain() const { return certain_; }

 protected:
  // Before RocksDB hears of it.
  virtual void AppendFailed() {}

 private:
  // The system says once that bytes could not be written, and takes them for written from then on.
  // So two threads never sync one file at a time, of whom one would hear of it and the other would
  // not, and no sync succeeds after one that has failed.
  template <typename Sync>
  IOStatus UnlessFailed(Sync&& sync) {
    const std::lock_guard lock(sync_mutex_);
    if (last_sync_.ok()) last_sync_ = sync();
    return last_sync_;
  }

  IOStatus Note(const Slice& data, IOStatus appended) {
    if (!appended.ok()) {
      certain_ = false;
      AppendFailed();
    }
    hash_.Add({data.data(), data.size()});
    bytes_ += data.size();
    return appended;
  }

  const std::string name_;
  codec::FingerprintStream hash_;
  std::uint64_t bytes_ = 0;
  bool certain_ = true;
  std::mutex sync_mutex_;
  IOStatus last_sync_;  // guarded by sync_mutex_
};

class ManifestFile final : public MarkedFile {
 public:
  ManifestFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string_view name,
               std::shared_ptr<FileGuard> guard)
      : MarkedFile(std::move(file), name), guard_(std::move(guard)) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(MarkedFile::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(MarkedFile::Fsync(options, debug));
  }

 private:
  IOStatus Keep(IOStatus synced) {
    return synced.ok() && is_certain() ? guard_->ManifestSynced(mark()) : synced;
  }

  const std::shared_ptr<FileGuard> guard_;
};

// The log that is written to, as long as RocksDB has it open.
struct CurrentLog {
  std::mutex mutex;
  MarkedFile* file = nullptr;  // guarded by mutex
};

class LogFile final : public MarkedFile {
 public:
  LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string_view name,
          std::shared_ptr<CurrentLog> current, std::shared_ptr<LogGate> gate)
      : MarkedFile(std::move(file), name), current_(std::move(current)), gate_(std::move(gate)) {}

  ~LogFile() override {
    const std::lock_guard lock(current_->mutex);
    if (current_->file == this) current_->file = nullptr;
  }

 private:
  void AppendFailed() override { gate_->Close(); }

  const std::shared_ptr<CurrentLog> current_;
  const std::shared_ptr<LogGate> gate_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> directory, std::shared_ptr<FileGuard> guard)
      : FSDirectoryWrapper(std::move(directory)), guard_(std::move(guard)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Keep([&] { return FSDirectoryWrapper::Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& what) override {
    return Keep([&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, what); });
  }

 private:
  template <typename Sync>
  IOStatus Keep(Sync&& sync) {
    const std::string named = guard_->RenamedTo();
    IOStatus synced = guard_->MayNamesWait() ? IOStatus::OK() : sync();
    return synced.ok() ? guard_->DirectorySynced(named) : synced;
  }

  const std::shared_ptr<FileGuard> guard_;
};

class GuardedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  GuardedFileSystem(const std::shared_ptr<rocksdb::FileSystem>& files,
                    std::shared_ptr<WatermarkFile> watermark, Owned owned,
                    std::shared_ptr<const Creation> creation, std::shared_ptr<LogGate> gate)
      : FileSystemWrapper(files),
        guard_(std::make_shared<FileGuard>(std::move(watermark), std::move(owned),
                                           std::move(creation))),
        gate_(std::move(gate)) {}

  const char* Name() const override { return "idem.GuardedFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    if (IsLog(path)) return NewLog(path, options, file, debug);
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (status.ok() && IsManifest(path)) {
      *file = std::make_unique<ManifestFile>(std::move(*file), NameOf(path), guard_);
    }
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok() && NameOf(to) == "CURRENT") guard_->CurrentRenamed();
    return status;
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus status = IsLog(path) ? guard_->LogNeedless(NameOf(path)) : IOStatus::OK();
    return status.ok() ? FileSystemWrapper::DeleteFile(path, options, debug) : status;
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>(std::move(*directory), guard_);
    return status;
  }

 private:
  IOStatus NewLog(const std::string& path, const rocksdb::FileOptions& options,
                  std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
    // Nothing is appended to the old log any more: whoever begins a new one is the only writer.
    const std::lock_guard lock(current_->mutex);
    if (MarkedFile* old = current_->file; old != nullptr) {
      IOStatus synced = old->Sync(IOOptions(), debug);
      if (synced.ok() && old->is_certain()) synced = guard_->LogCompleted(old->mark());
      if (!synced.ok()) return synced;
    }
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    auto log = std::make_unique<LogFile>(std::move(*file), NameOf(path), current_, gate_);
    current_->file = log.get();
    *file = std::move(log);
    return status;
  }

  const std::shared_ptr<FileGuard> guard_;
  const std::shared_ptr<LogGate> gate_;
  const std::shared_ptr<CurrentLog> current_ = std::make_shared<CurrentLog>();
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewGuardedEnv(rocksdb::Env* env,
                                            std::shared_ptr<WatermarkFile> watermark, Owned owned,
                                            std::shared_ptr<const Creation> creation,
                                            std::shared_ptr<LogGate> gate) {
  return NewFileSystemEnv(env, std::make_shared<GuardedFileSystem>(
                                   env->GetFileSystem(), std::move(watermark), std::move(owned),
                                   std::move(creation), std::move(gate)));
}

}  // namespace idem::storage
