// SPDX-License-Identifier: Apache-2.0
//
// OwnedFiles: RocksDB's files, for as long as this writer owns them.
//
// A writer that has lost its directory must not only stop committing. RocksDB goes on by itself: it
// finishes a compaction, and when it closes it removes every file that it does not know. Those are
// the files of the next writer by then. So whatever makes, renames or removes a file by its name
// asks first, and so does every commit:
//
//   the lock      this process holds it, and the path still leads to its file (directory_lock.h)
//   CURRENT       nobody has opened the store since: every opening of RocksDB replaces that file.
//                 This tells a lock file that was put away and back while another one wrote, and a
//                 directory whose files were restored in place
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/directory_lock.h"

#include <idem/result.h>

#include <rocksdb/file_system.h>

#include <sys/types.h>
#include <ctime>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace idem::storage {

class OwnedFiles final : public rocksdb::FileSystemWrapper {
 public:
  // `lock` must outlive it. `directory` is the locked one, on the real file system whatever `files`
  // is.
  OwnedFiles(const std::shared_ptr<rocksdb::FileSystem>& files, const DirectoryLock* lock,
             const std::filesystem::path& directory);

  // Ok while the files are this writer's. Errors: those of DirectoryLock::Check.
  Result<void> Check() const;

  const char* Name() const override { return "idem.OwnedFiles"; }
  // See sure_files.h.
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  // A file that RocksDB takes over is renamed: so it never has two names, and no file system is
  // needed that knows links. RocksDB then removes the old name, which is gone already.
  //
  // When the manifest cannot be written, RocksDB 7.8 removes the new name too, although the record
  // that names it may be on the disk: the store could not be opened any more. So until SettleTaken
  // such a file is not removed, whatever RocksDB says; one that no manifest names goes with the
  // next opening.
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

  // The files that were taken over belong to the store for certain.
  void SettleTaken();

  // Whether a file that the opening made is gone, which this process did not remove. A writer that
  // has lost the store ends the one step that it had looked for the lock before; it numbers its
  // files as the next one does, so that step may be about a file of this process.
  bool WasRobbed() const;
  // The opening is over; what it made need not be known any more.
  void Opened();

 private:
  // One state of CURRENT. An inode number may come back, together with the time it cannot.
  struct Stamp {
    FileId id;
    std::int64_t written_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  std::optional<Stamp> Look() const;  // unset: there is no such file
  rocksdb::IOStatus MayChange() const;
  template <typename Change>
  rocksdb::IOStatus ChangeCurrent(Change&& change);
  bool IsTaken(const std::string& path) const;
  void Forget(const std::string& path);

  const DirectoryLock* const lock_;
  const std::string current_;
  mutable std::mutex mutex_;     // taken across a change of CURRENT
  bool known_ = false;           // guarded by mutex_: this writer has changed CURRENT
  std::optional<Stamp> stamp_;   // guarded by mutex_: what it was then
  std::set<std::string> taken_;  // guarded by mutex_: paths of files that were taken over
  std::set<std::string> made_;   // guarded by mutex_: paths of files that the opening made
  bool opened_ = false;          // guarded by mutex_
};

}  // namespace idem::storage
