// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/directory_safety.h"

#include "storage/rocks/store_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kOwnFiles[] = "IDEM_";  // what the names of idem's own files begin with

Error Unsafe(const fs::path& path, const std::string& why) {
  return Error(ErrorCode::kUnsafeDirectory, path.string() + " " + why);
}

// What the path itself is, not what it leads to; unset: nothing.
Result<std::optional<struct stat>> LookAt(const fs::path& path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) == 0) return std::optional(status);
  if (errno == ENOENT) return std::optional<struct stat>();
  return Error(ErrorCode::kIoError, path.string() + ": " + std::system_category().message(errno) +
                                        "; make it accessible and try again");
}

std::string ForeignOwner(uid_t owner) {
  return "belongs to user " + std::to_string(owner) + ", and this process runs as user " +
         std::to_string(::geteuid()) + "; run it as the owner, or change the owner with chown";
}

Result<void> CheckFile(const fs::path& path) {
  const auto status = LookAt(path);
  if (!status) return status.error();
  if (!*status) return {};
  if (!S_ISREG((*status)->st_mode)) {
    return Unsafe(path, "is no plain file, so idem did not make it; find out who did, remove it");
  }
  if ((*status)->st_uid != ::geteuid()) return Unsafe(path, ForeignOwner((*status)->st_uid));
  return {};
}

// Without a separator at its end, which would follow a link.
fs::path WithoutTrailingSeparator(const fs::path& path) {
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

}  // namespace

Result<void> CheckDirectorySafety(const fs::path& directory) {
  const fs::path path = WithoutTrailingSeparator(directory);
  const auto status = LookAt(path);
  if (!status) return status.error();
  if (!*status) return {};
  const mode_t mode = (*status)->st_mode;
  if (S_ISLNK(mode)) {
    return Unsafe(path,
                  "is a symbolic link, and who may change it decides where the store is; give the "
                  "path that it leads to");
  }
  if (!S_ISDIR(mode)) return {};  // InspectDirectory says what is wrong
  if ((*status)->st_uid != ::geteuid()) return Unsafe(path, ForeignOwner((*status)->st_uid));
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Unsafe(path,
                  "may be written to by others than its owner; take that away with chmod go-w");
  }
  const auto names = EntriesOf(path);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!name.starts_with(kOwnFiles)) continue;
    if (Result<void> safe = CheckFile(path / name); !safe) return safe;
  }
  return {};
}

}  // namespace idem::storage
