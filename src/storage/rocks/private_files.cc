// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/private_files.h"

#include "storage/rocks/sure_files.h"

#include <rocksdb/file_system.h>

#include <sys/stat.h>

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

// By its path, because RocksDB keeps the descriptor to itself. Nobody else can reach the file in
// the meantime: the directory is its owner's (directory_safety.h).
IOStatus MakePrivate(const std::string& path) {
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0) return IOStatus::OK();
  return IOStatus::IOError("cannot make " + path + " private",
                           std::system_category().message(errno));
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
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    return status.ok() ? MakePrivate(path) : status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::ReopenWritableFile(path, options, file, debug);
    return status.ok() ? MakePrivate(path) : status;
  }
  IOStatus LockFile(const std::string& path, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::LockFile(path, options, lock, debug);
    return status.ok() ? MakePrivate(path) : status;
  }
};

}  // namespace

rocksdb::Env* PrivateFilesEnv() {
  static rocksdb::Env* const env =
      rocksdb::NewCompositeEnv(std::make_shared<PrivateFileSystem>(rocksdb::FileSystem::Default()))
          .release();
  return env;
}

}  // namespace idem::storage
