// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/owned_files.h"

#include "storage/rocks/bulk_files.h"
#include "storage/rocks/sure_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

bool IsCurrent(std::string_view path) { return path.ends_with("/CURRENT"); }

}  // namespace

OwnedFiles::OwnedFiles(const std::shared_ptr<rocksdb::FileSystem>& files, const DirectoryLock* lock,
                       const std::filesystem::path& directory)
    : FileSystemWrapper(files), lock_(lock), current_(directory / "CURRENT") {}

std::optional<OwnedFiles::Stamp> OwnedFiles::Look() const {
  struct stat status = {};
  if (::lstat(current_.c_str(), &status) != 0) return std::nullopt;
  return Stamp{{status.st_dev, status.st_ino},
               status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec};
}

Result<void> OwnedFiles::Check() const {
  if (Result<void> held = lock_->Check(); !held) return held;
  // Looked at without the mutex, which the commit and the sync beside it would wait for in turns.
  const std::optional<Stamp> seen = Look();
  const std::lock_guard lock(mutex_);
  if (!known_ || seen == stamp_) return {};
  if (Look() == stamp_) return {};  // this writer replaced it in between
  return Error(ErrorCode::kFenced,
               current_ +
                   " was replaced, so another writer has opened the store or a copy was put in its "
                   "place; this process must not write any more");
}

rocksdb::IOStatus OwnedFiles::MayChange() const {
  const Result<void> owned = Check();
  if (owned) return rocksdb::IOStatus::OK();
  return rocksdb::IOStatus::IOError(owned.error().message());
}

rocksdb::IOStatus OwnedFiles::NewRandomAccessFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* file, rocksdb::IODebugContext* debug) {
  if (IsBulkFile(path)) return NewFileInMemory(target(), path, file);
  rocksdb::IOStatus status = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
  return status.ok() ? MakeSure(target(), path, file) : status;
}

rocksdb::IOStatus OwnedFiles::NewWritableFile(const std::string& path,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                                              rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = MayChange();
  if (status.ok()) status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  if (!opened_) made_.insert(path);
  return status;
}

rocksdb::IOStatus OwnedFiles::ReopenWritableFile(const std::string& path,
                                                 const rocksdb::FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                 rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = MayChange();
  return status.ok() ? FileSystemWrapper::ReopenWritableFile(path, options, file, debug) : status;
}

template <typename Change>
rocksdb::IOStatus OwnedFiles::ChangeCurrent(Change&& change) {
  const std::lock_guard lock(mutex_);
  rocksdb::IOStatus status = std::forward<Change>(change)();
  known_ = true;
  stamp_ = Look();
  return status;
}

rocksdb::IOStatus OwnedFiles::DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                                         rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = MayChange();
  if (!status.ok() || IsTaken(path)) return status;
  status = IsCurrent(path)
               ? ChangeCurrent([&] { return FileSystemWrapper::DeleteFile(path, options, debug); })
               : FileSystemWrapper::DeleteFile(path, options, debug);
  if (status.ok()) Forget(path);
  const bool moved = IsBulkFile(path) && (status.IsNotFound() || status.IsPathNotFound());
  return moved ? rocksdb::IOStatus::OK() : status;
}

rocksdb::IOStatus OwnedFiles::LinkFile(const std::string& from, const std::string& to,
                                       const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) {
  {
    const std::lock_guard lock(mutex_);
    taken_.insert(to);
  }
  return RenameFile(from, to, options, debug);
}

bool OwnedFiles::IsTaken(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return taken_.contains(path);
}

void OwnedFiles::SettleTaken() {
  const std::lock_guard lock(mutex_);
  taken_.clear();
}

bool OwnedFiles::WasRobbed() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(made_.begin(), made_.end(), [this](const std::string& path) {
    return target()->FileExists(path, rocksdb::IOOptions(), nullptr).IsNotFound();
  });
}

void OwnedFiles::Opened() {
  const std::lock_guard lock(mutex_);
  made_.clear();
  opened_ = true;
}

void OwnedFiles::Forget(const std::string& path) {
  const std::lock_guard lock(mutex_);
  made_.erase(path);
}

rocksdb::IOStatus OwnedFiles::RenameFile(const std::string& from, const std::string& to,
                                         const rocksdb::IOOptions& options,
                                         rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = MayChange();
  if (!status.ok()) return status;
  const auto rename = [&] { return FileSystemWrapper::RenameFile(from, to, options, debug); };
  status = IsCurrent(to) ? ChangeCurrent(rename) : rename();
  if (status.ok()) Forget(from);
  return status;
}

}  // namespace idem::storage
