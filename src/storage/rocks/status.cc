// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/status.h"

#include <cerrno>
#include <string>

namespace idem::storage {
namespace {

// RocksDB says so in words alone, at the beginning: behind them is a path, which may hold any.
bool IsHeldByAnother(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return text.starts_with("IO error: While lock file") ||
         text.starts_with("IO error: lock hold by current process");
}

bool IsMissingFile(const rocksdb::Status& status) {
  return status.IsPathNotFound() || (status.IsInvalidArgument() &&
                                     status.ToString().find("does not exist") != std::string::npos);
}

// RocksDB tries the file system before anything else, and calls every failure of that an invalid
// argument: with no descriptors left, for one.
bool IsFailedTrial(const rocksdb::Status& status) {
  return status.IsInvalidArgument() && status.ToString().find("IO error") != std::string::npos;
}

}  // namespace

Error CorruptionError(std::string_view what) {
  return Error(ErrorCode::kCorruption,
               std::string(what) +
                   "; run `idem recover` to see what can be kept, or restore the directory from a "
                   "backup");
}

Error SystemError(std::string_view path, const std::error_code& why) {
  return Error(ErrorCode::kIoError,
               std::string(path) + ": " + why.message() + "; make it accessible and try again");
}

Error LastSystemError(std::string_view path) {
  return SystemError(path, std::error_code(errno, std::system_category()));
}

Error ChangedByAnother(std::string_view directory) {
  return Error(ErrorCode::kStoreLocked,
               std::string(directory) +
                   " was changed by another process while it was opened, although its lock is "
                   "free: somebody removed that process's lock file; end the process and open "
                   "again");
}

Error ReadError(const rocksdb::Status& status) {
  if (status.IsCorruption()) return CorruptionError("the store is damaged: " + status.ToString());
  return Error(ErrorCode::kIoError, "reading the store failed: " + status.ToString() +
                                        "; nothing was changed, try again");
}

Error OpenError(const rocksdb::Status& status, std::string_view directory) {
  const std::string where(directory);
  if (IsHeldByAnother(status)) {
    return Error(ErrorCode::kStoreLocked,
                 where + " is held by another program: " + status.ToString() + "; close it there");
  }
  if (status.IsCorruption() || IsMissingFile(status)) {
    return CorruptionError(where + " is damaged: " + status.ToString());
  }
  if (status.IsNotSupported() || (status.IsInvalidArgument() && !IsFailedTrial(status))) {
    return Error(ErrorCode::kFormatUnsupported,
                 where + " cannot be read by this build: " + status.ToString() +
                     "; open it with the build that wrote it");
  }
  return Error(ErrorCode::kIoError,
               "opening " + where + " failed: " + status.ToString() + "; try again");
}

}  // namespace idem::storage
