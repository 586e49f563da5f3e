// SPDX-License-Identifier: Apache-2.0
//
// DirectoryLock: at most one writer of a directory, on the whole machine.
//
// RocksDB's own lock file is a POSIX record lock. It is lost when anybody in the process opens and
// closes that file (tar, a backup agent), says nothing to a second handle that comes through a
// symbolic link, and does not notice that it was removed. So idem takes its own lock first:
//
//   within the process   a registry of directories by (device, inode): no path is fooled
//   between processes    flock and an open-file-description lock on IDEM_LOCK: both belong to the
//                        open file, survive every other open and close, and end with the process:
//                        a child that it forks closes that file when it begins
//   afterwards           Check, before each commit: this is the process that took the lock, and the
//                        path still leads to the file that is locked
//
// The file holds the number of the process, for the message that the second one gives.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/descriptor.h"

#include <idem/result.h>

#include <sys/types.h>

#include <compare>
#include <filesystem>
#include <memory>
#include <string>

namespace idem::storage {

inline constexpr char kLockFile[] = "IDEM_LOCK";

// What a file is, whatever its path.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

// Who has this directory's store open for writing, for a person: "process 4711"; empty: nobody.
// Asks without taking the lock.
std::string LockHolder(const std::filesystem::path& directory);

class DirectoryLock {
 public:
  // Never waits. Errors: kStoreLocked, kIoError.
  static Result<std::unique_ptr<DirectoryLock>> Acquire(const std::filesystem::path& directory);

  // In a forked child it gives nothing back: the parent's lock is not the child's to release.
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  // Ok while the lock protects this process. Errors: kStoreLocked in a forked child, kFenced when
  // the lock file is no longer the one that was locked.
  Result<void> Check() const;

  bool InForkedChild() const noexcept;

 private:
  DirectoryLock(std::string path, FileId directory);
  Result<void> LockFile();
  Error HeldByAnother() const;

  const std::string path_;   // of the lock file
  const FileId directory_;   // its entry in the registry
  bool registered_ = false;  // `directory_` is, by this lock
  const pid_t owner_;
  FileId file_;
  Descriptor opened_;  // the lock file
};

}  // namespace idem::storage
