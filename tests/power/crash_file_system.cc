// SPDX-License-Identifier: Apache-2.0
#include "power/crash_file_system.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

namespace idem::power {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Kind = Operation::Kind;

Slice CopyTo(const std::string& bytes, char* scratch) {
  std::memcpy(scratch, bytes.data(), bytes.size());
  return {scratch, bytes.size()};
}

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(CrashFileSystem* system, FileNumber file) : system_(system), file_(file) {}

  IOStatus Read(std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    *result = CopyTo(system_->Read(file_, offset_, n), scratch);
    offset_ += result->size();
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t n) override {
    offset_ = std::min<std::uint64_t>(offset_ + n, system_->Size(file_));
    return IOStatus::OK();
  }

 private:
  CrashFileSystem* system_;
  FileNumber file_;
  std::uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(const CrashFileSystem* system, FileNumber file) : system_(system), file_(file) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    *result = CopyTo(system_->Read(file_, offset, n), scratch);
    return IOStatus::OK();
  }

 private:
  const CrashFileSystem* system_;
  FileNumber file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(CrashFileSystem* system, FileNumber file) : system_(system), file_(file) {}

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    system_->Do({.kind = Kind::kAppend, .file = file_, .bytes = data.ToString()});
    return IOStatus::OK();
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    system_->Do({.kind = Kind::kTruncate, .file = file_, .size = size});
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    system_->Sync(file_);
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return system_->Size(file_);
  }

 private:
  CrashFileSystem* system_;
  FileNumber file_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  explicit Directory(CrashFileSystem* system) : system_(system) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    system_->Do({.kind = Kind::kSyncDirectory});
    return IOStatus::OK();
  }

 private:
  CrashFileSystem* system_;
};

class Lock final : public rocksdb::FileLock {};

IOStatus Missing(const std::string& path) { return IOStatus::PathNotFound(path); }

}  // namespace

Disk CrashFileSystem::disk() const {
  const std::lock_guard lock(mutex_);
  return disk_;
}

std::vector<Operation> CrashFileSystem::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::size_t CrashFileSystem::operation_count() const {
  const std::lock_guard lock(mutex_);
  return operations_.size();
}

void CrashFileSystem::LoseSync(const std::string& path) {
  FileNumber file = 0;
  if (Find(path, &file).ok()) Do({.kind = Kind::kLoseSync, .file = file});
}

void CrashFileSystem::Do(Operation operation) {
  const std::lock_guard lock(mutex_);
  if (observer_) observer_(operations_.size(), disk_);
  if (operation.kind == Kind::kCreate) operation.file = disk_.next_file();
  disk_.Apply(operation);
  operations_.push_back(std::move(operation));
}

void CrashFileSystem::Sync(FileNumber file) {
  const auto pause = [this] {
    if (sync_pause_.count() > 0) std::this_thread::sleep_for(sync_pause_);
  };
  pause();
  Do({.kind = Kind::kSync, .file = file});
  pause();
}

std::string CrashFileSystem::Read(FileNumber file, std::uint64_t offset, std::size_t size) const {
  const std::lock_guard lock(mutex_);
  const std::string& bytes = disk_.Bytes(file);
  return offset < bytes.size() ? bytes.substr(offset, size) : std::string();
}

std::size_t CrashFileSystem::Size(FileNumber file) const {
  const std::lock_guard lock(mutex_);
  return disk_.Bytes(file).size();
}

bool CrashFileSystem::IsRoot(std::string path) const {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path == root_;
}

std::string CrashFileSystem::NameOf(const std::string& path) const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || !IsRoot(path.substr(0, slash))) return {};
  return path.substr(slash + 1);
}

IOStatus CrashFileSystem::Find(const std::string& path, FileNumber* file) const {
  const std::lock_guard lock(mutex_);
  const auto found = disk_.Find(NameOf(path));
  if (!found) return Missing(path);
  *file = *found;
  return IOStatus::OK();
}

IOStatus CrashFileSystem::NewSequentialFile(const std::string& path, const rocksdb::FileOptions&,
                                            std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                            IODebugContext*) {
  FileNumber number = 0;
  IOStatus status = Find(path, &number);
  if (status.ok()) *file = std::make_unique<SequentialFile>(this, number);
  return status;
}

IOStatus CrashFileSystem::NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&,
                                              std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                              IODebugContext*) {
  FileNumber number = 0;
  IOStatus status = Find(path, &number);
  if (status.ok()) *file = std::make_unique<RandomAccessFile>(this, number);
  return status;
}

IOStatus CrashFileSystem::NewWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext*) {
  const std::string name = NameOf(path);
  if (name.empty()) return Missing(path);
  Do({.kind = Kind::kCreate, .name = name});
  FileNumber number = 0;
  IOStatus status = Find(path, &number);
  if (status.ok()) *file = std::make_unique<WritableFile>(this, number);
  return status;
}

IOStatus CrashFileSystem::ReopenWritableFile(const std::string& path,
                                             const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  FileNumber number = 0;
  if (!Find(path, &number).ok()) return NewWritableFile(path, options, file, debug);
  *file = std::make_unique<WritableFile>(this, number);
  return IOStatus::OK();
}

IOStatus CrashFileSystem::NewDirectory(const std::string& path, const IOOptions&,
                                       std::unique_ptr<rocksdb::FSDirectory>* directory,
                                       IODebugContext*) {
  if (!IsRoot(path)) return Missing(path);
  *directory = std::make_unique<Directory>(this);
  return IOStatus::OK();
}

IOStatus CrashFileSystem::FileExists(const std::string& path, const IOOptions&, IODebugContext*) {
  FileNumber number = 0;
  if (IsRoot(path) || Find(path, &number).ok()) return IOStatus::OK();
  return IOStatus::NotFound(path);
}

IOStatus CrashFileSystem::GetChildren(const std::string& path, const IOOptions&,
                                      std::vector<std::string>* names, IODebugContext*) {
  names->clear();
  if (!IsRoot(path)) return IOStatus::NotFound(path);
  const std::lock_guard lock(mutex_);
  *names = disk_.Names();
  return IOStatus::OK();
}

IOStatus CrashFileSystem::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  FileNumber number = 0;
  IOStatus status = Find(path, &number);
  if (status.ok()) Do({.kind = Kind::kDelete, .name = NameOf(path)});
  return status;
}

IOStatus CrashFileSystem::CreateDir(const std::string& path, const IOOptions&, IODebugContext*) {
  return IOStatus::IOError(path, "there is one directory, and it exists");
}

IOStatus CrashFileSystem::CreateDirIfMissing(const std::string& path, const IOOptions&,
                                             IODebugContext*) {
  return IsRoot(path) ? IOStatus::OK() : Missing(path);
}

IOStatus CrashFileSystem::DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) {
  return IOStatus::IOError(path, "not empty");  // the lock file is there
}

IOStatus CrashFileSystem::GetFileSize(const std::string& path, const IOOptions&,
                                      std::uint64_t* size, IODebugContext*) {
  FileNumber number = 0;
  IOStatus status = Find(path, &number);
  *size = status.ok() ? Size(number) : 0;
  return status;
}

IOStatus CrashFileSystem::GetFileModificationTime(const std::string& path, const IOOptions&,
                                                  std::uint64_t* time, IODebugContext*) {
  FileNumber number = 0;
  *time = 0;
  return Find(path, &number);
}

IOStatus CrashFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions&, IODebugContext*) {
  FileNumber number = 0;
  IOStatus status = Find(from, &number);
  if (status.ok() && NameOf(to).empty()) status = Missing(to);
  if (status.ok()) Do({.kind = Kind::kRename, .name = NameOf(from), .target = NameOf(to)});
  return status;
}

IOStatus CrashFileSystem::LockFile(const std::string&, const IOOptions&, rocksdb::FileLock** lock,
                                   IODebugContext*) {
  *lock = new Lock;
  return IOStatus::OK();
}

IOStatus CrashFileSystem::UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) {
  delete lock;
  return IOStatus::OK();
}

IOStatus CrashFileSystem::GetTestDirectory(const IOOptions&, std::string*, IODebugContext*) {
  return IOStatus::NotSupported("GetTestDirectory");
}

IOStatus CrashFileSystem::GetAbsolutePath(const std::string& path, const IOOptions&,
                                          std::string* absolute, IODebugContext*) {
  *absolute = path;
  return IOStatus::OK();
}

IOStatus CrashFileSystem::IsDirectory(const std::string& path, const IOOptions&, bool* is_directory,
                                      IODebugContext*) {
  *is_directory = IsRoot(path);
  return IOStatus::OK();
}

}  // namespace idem::power
