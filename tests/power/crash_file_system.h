// SPDX-License-Identifier: Apache-2.0
//
// CrashFileSystem: a file system in memory, over a Disk, that writes down every operation that
// changes it. The recording makes a crash at any operation a matter of arithmetic: replay the
// beginning, cut the power, see what is left.
//
// It holds one flat directory, `root`; everything outside it does not exist.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/file_system.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "power/disk.h"

namespace idem::power {

class CrashFileSystem final : public rocksdb::FileSystem {
 public:
  CrashFileSystem(std::string root, Disk disk) : root_(std::move(root)), disk_(std::move(disk)) {}

  const char* Name() const override { return "idem.CrashFileSystem"; }

  // Called before each operation that changes the disk, with the disk as it is and how many there
  // were before it. It must not call back.
  using Observer = std::function<void(std::size_t, const Disk&)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  // How long a sync of a file takes before it has an effect, and again before it returns.
  void set_sync_pause(std::chrono::microseconds pause) { sync_pause_ = pause; }

  // The disk as it is, and everything that was done to it since construction.
  Disk disk() const;
  std::vector<Operation> operations() const;
  std::size_t operation_count() const;

  // The system reports that the sync failed, and from then on takes the bytes for safe.
  void LoseSync(const std::string& path);

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext*) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext*) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext*) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext*) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions&,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext*) override;
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions&,
                                std::vector<std::string>* names, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions&,
                                       rocksdb::IODebugContext*) override;
  rocksdb::IOStatus DeleteDir(const std::string& path, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions&,
                                std::uint64_t* size, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetFileModificationTime(const std::string& path, const rocksdb::IOOptions&,
                                            std::uint64_t* time, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions&, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus LockFile(const std::string& path, const rocksdb::IOOptions&,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetTestDirectory(const rocksdb::IOOptions&, std::string* path,
                                     rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetAbsolutePath(const std::string& path, const rocksdb::IOOptions&,
                                    std::string* absolute, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus IsDirectory(const std::string& path, const rocksdb::IOOptions&,
                                bool* is_directory, rocksdb::IODebugContext*) override;

  // For the files that it opens.
  void Do(Operation operation);
  void Sync(FileNumber file);
  std::string Read(FileNumber file, std::uint64_t offset, std::size_t size) const;
  std::size_t Size(FileNumber file) const;

 private:
  bool IsRoot(std::string path) const;
  // The name within the root; empty for a path that leads elsewhere.
  std::string NameOf(const std::string& path) const;
  rocksdb::IOStatus Find(const std::string& path, FileNumber* file) const;

  const std::string root_;
  Observer observer_;
  std::chrono::microseconds sync_pause_{0};

  mutable std::mutex mutex_;  // guards the rest
  Disk disk_;
  std::vector<Operation> operations_;
};

}  // namespace idem::power
