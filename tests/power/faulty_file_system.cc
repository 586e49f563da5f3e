// SPDX-License-Identifier: Apache-2.0
#include "power/faulty_file_system.h"

#include <array>
#include <utility>

namespace idem::power {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

bool CanMeet(Fault fault, Effect effect) {
  switch (fault) {
    case Fault::kError:
    case Fault::kRetryable:
      return true;
    case Fault::kNoSpace:
      return effect != Effect::kReads;
    case Fault::kShortWrite:
      return effect == Effect::kAppends;
    case Fault::kDirectorySync:
      return effect == Effect::kSyncsDirectory;
    case Fault::kLostSync:
      return effect == Effect::kSyncs;
  }
  return false;
}

IOStatus ErrorOf(Fault fault) {
  if (fault == Fault::kNoSpace) return IOStatus::NoSpace("injected: no space left");
  IOStatus error = IOStatus::IOError("injected: input/output error");
  error.SetRetryable(fault == Fault::kRetryable);
  return error;
}

class FaultySequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultySequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file, FaultyFileSystem* system)
      : FSSequentialFileOwnerWrapper(std::move(file)), system_(system) {}

  IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kReads);
    return status.ok() ? FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug)
                       : status;
  }

 private:
  FaultyFileSystem* system_;
};

class FaultyRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultyRandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file,
                         FaultyFileSystem* system)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), system_(system) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    IOStatus status = system_->Meet(Effect::kReads);
    return status.ok()
               ? FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug)
               : status;
  }
  // As many single reads, so that each of them can fail.
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    return FSRandomAccessFile::MultiRead(requests, count, options, debug);
  }

 private:
  FaultyFileSystem* system_;
};

class FaultyWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
                     FaultyFileSystem* system)
      : FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), system_(system) {}

  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kAppends);
    if (status.ok()) return FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (system_->fault() == Fault::kShortWrite) {
      FSWritableFileOwnerWrapper::Append({data.data(), data.size() / 2}, options, debug)
          .PermitUncheckedError();
    }
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kSyncs);
    if (status.ok()) return FSWritableFileOwnerWrapper::Sync(options, debug);
    if (system_->fault() == Fault::kLostSync) system_->disk()->LoseSync(path_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kWrites);
    return status.ok() ? FSWritableFileOwnerWrapper::Truncate(size, options, debug) : status;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kWrites);
    // A file is closed even where closing it reports an error.
    IOStatus closed = FSWritableFileOwnerWrapper::Close(options, debug);
    return status.ok() ? closed : status;
  }

 private:
  std::string path_;
  FaultyFileSystem* system_;
};

class FaultyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(std::unique_ptr<rocksdb::FSDirectory> directory, FaultyFileSystem* system)
      : FSDirectoryWrapper(std::move(directory)), system_(system) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = system_->Meet(Effect::kSyncsDirectory);
    return status.ok() ? FSDirectoryWrapper::Fsync(options, debug) : status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultyFileSystem* system_;
};

}  // namespace

std::string_view ToString(Fault fault) {
  constexpr std::array<std::string_view, kFaults> kNames = {
      "EIO", "ENOSPC", "retryable", "short write", "directory sync", "lost sync"};
  return kNames[static_cast<std::size_t>(fault)];
}

void FaultyFileSystem::Plan(const FaultPlan& plan) {
  const std::lock_guard lock(mutex_);
  plan_ = plan;
  met_ = 0;
}

void FaultyFileSystem::Heal() {
  const std::lock_guard lock(mutex_);
  plan_.burst = 0;
}

std::uint64_t FaultyFileSystem::met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

std::uint64_t FaultyFileSystem::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

IOStatus FaultyFileSystem::Meet(Effect effect) {
  const std::lock_guard lock(mutex_);
  if (!CanMeet(plan_.fault, effect)) return IOStatus::OK();
  const std::uint64_t number = met_++;
  if (number < plan_.first || number - plan_.first >= plan_.burst) return IOStatus::OK();
  ++failed_;
  return ErrorOf(plan_.fault);
}

IOStatus FaultyFileSystem::NewSequentialFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                             IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  if (status.ok()) status = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<FaultySequentialFile>(std::move(*file), this);
  return status;
}

IOStatus FaultyFileSystem::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                               IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  if (status.ok()) status = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<FaultyRandomAccessFile>(std::move(*file), this);
  return status;
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                           IODebugContext* debug) {
  IOStatus status = Meet(Effect::kWrites);
  if (status.ok()) status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<FaultyWritableFile>(std::move(*file), path, this);
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                                              IODebugContext* debug) {
  IOStatus status = Meet(Effect::kWrites);
  if (status.ok()) status = FileSystemWrapper::ReopenWritableFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<FaultyWritableFile>(std::move(*file), path, this);
  return status;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                                        IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  if (status.ok()) status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
  if (status.ok()) *directory = std::make_unique<FaultyDirectory>(std::move(*directory), this);
  return status;
}

IOStatus FaultyFileSystem::FileExists(const std::string& path, const IOOptions& options,
                                      IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  return status.ok() ? FileSystemWrapper::FileExists(path, options, debug) : status;
}

IOStatus FaultyFileSystem::GetChildren(const std::string& path, const IOOptions& options,
                                       std::vector<std::string>* names, IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  return status.ok() ? FileSystemWrapper::GetChildren(path, options, names, debug) : status;
}

IOStatus FaultyFileSystem::GetFileSize(const std::string& path, const IOOptions& options,
                                       std::uint64_t* size, IODebugContext* debug) {
  IOStatus status = Meet(Effect::kReads);
  return status.ok() ? FileSystemWrapper::GetFileSize(path, options, size, debug) : status;
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                      IODebugContext* debug) {
  IOStatus status = Meet(Effect::kWrites);
  return status.ok() ? FileSystemWrapper::DeleteFile(path, options, debug) : status;
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* debug) {
  IOStatus status = Meet(Effect::kWrites);
  return status.ok() ? FileSystemWrapper::RenameFile(from, to, options, debug) : status;
}

}  // namespace idem::power
