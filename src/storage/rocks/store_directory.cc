// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/store_directory.h"

#include "storage/rocks/descriptor.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/status.h"
#include "storage/rocks/watermark_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

Descriptor OpenFile(const fs::path& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, kOwnersAlone));
}

Result<codec::FormatHeader> ReadFormatFile(const fs::path& path) {
  const Descriptor file =
      OpenFile(path, O_RDONLY | O_NONBLOCK);  // a pipe of this name would wait for a writer
  if (!file.is_open()) return LastSystemError(path.string());
  std::array<char, 64> bytes{};  // more than a header, so that a longer file is noticed
  const ssize_t size = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  if (size < 0) return LastSystemError(path.string());
  codec::FormatHeader header;
  if (!codec::DecodeFormatHeader({bytes.data(), static_cast<std::size_t>(size)}, &header)) {
    return Error(
        ErrorCode::kCorruption,
        path.string() +
            " is damaged, and without it nobody knows what the store is; it never changes, "
            "so put it back from a backup of this store, or restore the directory");
  }
  if (header.format_version != codec::kFormatVersion) {
    return Error(ErrorCode::kFormatUnsupported,
                 path.parent_path().string() + " has format version " +
                     std::to_string(header.format_version) + ", this library reads " +
                     std::to_string(codec::kFormatVersion) +
                     "; use the version of idem that wrote it");
  }
  return header;
}

// A lock file alone is left by an Open that went no further; lost+found is a file system's own.
bool IsNobodys(std::string_view name) { return name == kLockFile || name == "lost+found"; }

struct Names {
  bool format = false;
  bool creating = false;
  bool foreign = false;
};

Result<Names> ListNames(const fs::path& directory) {
  Names names;
  const Result<std::vector<std::string>> entries = EntriesOf(directory);
  if (!entries) return entries.error();
  for (const std::string& name : *entries) {
    if (name == kFormatFile) {
      names.format = true;
    } else if (name == kCreatingFile) {
      names.creating = true;
    } else if (!IsNobodys(name)) {
      names.foreign = true;
    }
  }
  return names;
}

// Ok also where there is none.
Result<void> Remove(const fs::path& file) {
  std::error_code code;
  fs::remove(file, code);
  if (code) return SystemError(file.string(), code);
  return {};
}

// One at a time: the name of each is to be on the disk before something stands below it.
Result<void> MakeAbove(const fs::path& directory) {
  std::error_code code;
  if (fs::is_directory(directory, code)) return {};
  if (Result<void> above = MakeAbove(directory.parent_path()); !above) return above;
  const bool made = ::mkdir(directory.c_str(), S_IRWXU | S_IRWXG | S_IRWXO) == 0;
  if (!made && errno != EEXIST) return LastSystemError(directory.string());
  return SyncDirectory(directory.parent_path());
}

}  // namespace

// std::filesystem ends the process when memory runs out while it reads a directory.
Result<std::vector<std::string>> EntriesOf(const fs::path& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (stream == nullptr) return LastSystemError(directory.string());
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return LastSystemError(directory.string());
  return names;
}

Result<StoreDirectory> InspectDirectory(const fs::path& directory) {
  std::error_code code;
  const fs::file_status status = fs::status(directory, code);
  if (status.type() == fs::file_type::not_found) return StoreDirectory{};
  if (code) return SystemError(directory.string(), code);
  if (!fs::is_directory(status)) {
    return Error(ErrorCode::kInvalidArgument,
                 directory.string() + " is not a directory; a store is one");
  }
  Result<Names> names = ListNames(directory);
  if (!names) return names.error();
  if (names->format) {
    Result<codec::FormatHeader> header = ReadFormatFile(directory / kFormatFile);
    if (!header) return header.error();
    return StoreDirectory{DirectoryKind::kStore, *header};
  }
  if (names->creating) return StoreDirectory{DirectoryKind::kCreating, {}};
  if (!names->foreign) return StoreDirectory{DirectoryKind::kEmpty, {}};
  return Error(ErrorCode::kFormatUnsupported,
               directory.string() + " holds files that are not a store of idem (there is no " +
                   kFormatFile + "); give an empty or a new directory");
}

// Where ".." stands behind a link, the system knows where that leads, and the text does not.
Result<void> MakeDirectory(const fs::path& directory) {
  std::error_code code;
  fs::path clean = fs::absolute(directory, code);
  if (code) return SystemError(directory.string(), code);
  while (clean.has_relative_path() && (!clean.has_filename() || clean.filename() == ".")) {
    clean = clean.parent_path();
  }
  if (Result<void> above = MakeAbove(clean.parent_path()); !above) return above;
  // Made private once more where the umask took from the owner's own rights.
  const bool made = ::mkdir(clean.c_str(), S_IRWXU) == 0 && ::chmod(clean.c_str(), S_IRWXU) == 0;
  if (!made && errno != EEXIST) return LastSystemError(clean.string());
  return SyncDirectory(clean.parent_path());
}

Result<fs::path> RealDirectory(const fs::path& directory) {
  std::error_code code;
  fs::path real = fs::canonical(directory, code);
  if (code) return SystemError(directory.string(), code);
  return real;
}

Result<void> BeginCreation(const fs::path& directory, const codec::FormatHeader& header) {
  const fs::path path = directory / kCreatingFile;
  std::string bytes;
  codec::AppendFormatHeader(header, &bytes);
  const Descriptor file = OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.is_open() || ::fchmod(file.get(), kOwnersAlone) != 0 ||
      !WriteWhole(file.get(), bytes, 0) || ::fsync(file.get()) != 0) {
    return LastSystemError(path.string());
  }
  return SyncDirectory(directory);
}

Result<void> FinishCreation(const fs::path& directory) {
  std::error_code code;
  fs::rename(directory / kCreatingFile, directory / kFormatFile, code);
  if (code) return SystemError((directory / kFormatFile).string(), code);
  return SyncDirectory(directory);
}

Result<void> UnfinishCreation(const fs::path& directory) {
  std::error_code code;
  fs::rename(directory / kFormatFile, directory / kCreatingFile, code);
  if (code == std::errc::no_such_file_or_directory) return {};
  if (code) return SystemError((directory / kCreatingFile).string(), code);
  return SyncDirectory(directory);
}

Result<void> AbandonCreation(const fs::path& directory) {
  if (Result<void> removed = Remove(directory / kWatermarkFile); !removed) return removed;
  const Result<std::vector<std::string>> left = EntriesOf(directory);
  if (!left) return left.error();
  for (const std::string& name : *left) {
    if (name == kCreatingFile || IsNobodys(name)) continue;
    return Error(
        ErrorCode::kIoError,
        (directory / name).string() + " is left; remove it by hand, or make another store there");
  }
  // What was removed is gone for certain before the mark is.
  if (Result<void> synced = SyncDirectory(directory); !synced) return synced;
  if (Result<void> removed = Remove(directory / kCreatingFile); !removed) return removed;
  return SyncDirectory(directory);
}

Result<void> SyncDirectory(const fs::path& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) return LastSystemError(directory.string());
  return {};
}

Error StoreMissing(const fs::path& directory) {
  return Error(ErrorCode::kStoreMissing,
               "there is no store in " + directory.string() +
                   "; check the path, or let SinkOptions::create_if_missing make one");
}

}  // namespace idem::storage
