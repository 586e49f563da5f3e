// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/private_files.h"

#include "storage/rocks/descriptor.h"
#include "storage/rocks/sure_files.h"

#include <rocksdb/file_system.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

namespace idem::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

IOStatus Failed(const std::string& path) {
  const std::string what = "cannot make " + path + " private";
  const std::string why = std::system_category().message(errno);
  if (errno == ENOSPC) return IOStatus::NoSpace(what, why);
  return errno == ENOENT ? IOStatus::PathNotFound(what, why) : IOStatus::IOError(what, why);
}

// Before RocksDB opens the file, which by itself it makes readable for others. In a directory that
// they may enter one could open it until it is changed, and read on through that for ever.
IOStatus MakePrivate(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const Descriptor file(::open(path.c_str(), kFlags, kOwnersAlone));
  return file.is_open() && ::fchmod(file.get(), kOwnersAlone) == 0 ? IOStatus::OK() : Failed(path);
}

class PrivateFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "idem.PrivateFileSystem"; }

  // See sure_files.h. Here for those who only read; a writer does it once more.
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
    return status.ok() ? MakeSure(target(), path, file) : status;
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = MakePrivate(path);
    return status.ok() ? FileSystemWrapper::NewWritableFile(path, options, file, debug) : status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* debug) override {
    IOStatus status = MakePrivate(path);
    return status.ok() ? FileSystemWrapper::ReopenWritableFile(path, options, file, debug) : status;
  }
  IOStatus LockFile(const std::string& path, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* debug) override {
    IOStatus status = MakePrivate(path);
    return status.ok() ? FileSystemWrapper::LockFile(path, options, lock, debug) : status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> NewPrivateFiles(
    const std::shared_ptr<rocksdb::FileSystem>& files) {
  return std::make_shared<PrivateFileSystem>(files);
}

rocksdb::Env* PrivateFilesEnv() {
  static rocksdb::Env* const env =
      rocksdb::NewCompositeEnv(NewPrivateFiles(rocksdb::FileSystem::Default())).release();
  return env;
}

}  // namespace idem::storage
