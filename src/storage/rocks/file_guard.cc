// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/file_guard.h"

#include "codec/fingerprint.h"
#include "storage/rocks/status.h"

#include <algorithm>
#include <utility>

namespace idem::storage {
namespace {

using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::size_t kChunk = std::size_t{1} << 20;

void Forget(std::string_view name, Marks* marks) {
  std::erase_if(*marks, [name](const codec::FileMark& mark) { return mark.name == name; });
}

Result<std::string> ReadCurrent(rocksdb::FileSystem* files, const std::string& directory) {
  const std::string path = directory + "/CURRENT";
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  IOStatus status = files->NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr);
  char scratch[256];  // longer than any name of a manifest
  Slice bytes;
  if (status.ok()) status = file->Read(sizeof scratch, IOOptions(), &bytes, scratch, nullptr);
  if (!status.ok()) return OpenError(status, directory);
  std::string name = bytes.ToString();
  if (!name.starts_with("MANIFEST-") || !name.ends_with('\n')) {
    return CorruptionError(path + " names no manifest");
  }
  name.pop_back();
  return name;
}

// Of the first `bytes` of the file, or of all when there are fewer.
Result<codec::FileMark> MarkOf(rocksdb::FileSystem* files, const std::string& directory,
                               const std::string& name, std::uint64_t bytes) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  IOStatus status =
      files->NewSequentialFile(directory + "/" + name, rocksdb::FileOptions(), &file, nullptr);
  codec::FingerprintStream hash;
  codec::FileMark mark{name, 0, {}};
  std::string scratch(kChunk, '\0');
  while (status.ok() && mark.bytes < bytes) {
    const std::uint64_t size = std::min<std::uint64_t>(kChunk, bytes - mark.bytes);
    Slice read;
    status = file->Read(size, IOOptions(), &read, scratch.data(), nullptr);
    if (!status.ok() || read.empty()) break;
    hash.Add({read.data(), read.size()});
    mark.bytes += read.size();
  }
  if (!status.ok()) return OpenError(status, directory);
  mark.hash = hash.Sum();
  return mark;
}

}  // namespace

FileGuard::FileGuard(std::shared_ptr<WatermarkFile> watermark, Owned owned,
                     std::shared_ptr<const Creation> creation)
    : watermark_(std::move(watermark)), owned_(std::move(owned)), creation_(std::move(creation)) {
  codec::WatermarkImage image = watermark_->image();
  manifests_ = std::move(image.manifests);
  logs_ = std::move(image.logs);
}

// REQUIRES: mutex_ is held.
IOStatus FileGuard::Keep(bool durably) {
  Result<void> kept = owned_();
  if (kept) kept = watermark_->KeepFiles(manifests_, logs_);
  if (kept && durably && !creation_->under_way()) kept = watermark_->Sync();
  return kept ? IOStatus::OK() : IOStatus::IOError(kept.error().message());
}

IOStatus FileGuard::ManifestSynced(codec::FileMark mark) {
  const std::lock_guard lock(mutex_);
  Forget(mark.name, &manifests_);
  manifests_.push_back(std::move(mark));
  return Keep(/*durably=*/true);
}

void FileGuard::CurrentRenamed() {
  const std::lock_guard lock(mutex_);
  renamed_ = true;
}

std::string FileGuard::RenamedTo() {
  const std::lock_guard lock(mutex_);
  return renamed_ && !manifests_.empty() ? manifests_.back().name : std::string();
}

IOStatus FileGuard::DirectorySynced(std::string_view named) {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::find_if(manifests_.begin(), manifests_.end(),
                   [named](const codec::FileMark& mark) { return mark.name == named; });
  if (known == manifests_.end()) return IOStatus::OK();
  if (known + 1 == manifests_.end()) renamed_ = false;
  if (known == manifests_.begin()) return IOStatus::OK();
  manifests_.erase(manifests_.begin(), known);
  return Keep(/*durably=*/false);
}

IOStatus FileGuard::LogCompleted(codec::FileMark mark) {
  const std::lock_guard lock(mutex_);
  Forget(mark.name, &logs_);
  logs_.push_back(std::move(mark));
  return Keep(/*durably=*/true);
}

IOStatus FileGuard::LogNeedless(std::string_view name) {
  const std::lock_guard lock(mutex_);
  Marks before = logs_;
  Forget(name, &logs_);
  if (logs_.size() == before.size()) return IOStatus::OK();
  IOStatus kept = Keep(/*durably=*/true);
  if (!kept.ok()) logs_ = std::move(before);  // or the next attempt would take it for forgotten
  return kept;
}

Result<void> CheckMark(rocksdb::FileSystem* files, const std::string& directory,
                       const codec::FileMark& mark) {
  Result<codec::FileMark> found = MarkOf(files, directory, mark.name, mark.bytes);
  if (!found) return found.error();
  if (*found == mark) return {};
  return CorruptionError(directory + " is damaged: " + mark.name +
                         " does not hold what was synced of it");
}

Result<codec::FileMark> CheckManifest(rocksdb::FileSystem* files, const std::string& directory,
                                      const Marks& manifests) {
  const Result<std::string> name = ReadCurrent(files, directory);
  if (!name) return name.error();
  const auto known = std::find_if(manifests.begin(), manifests.end(),
                                  [&](const codec::FileMark& mark) { return mark.name == *name; });
  if (known == manifests.end()) {
    return CorruptionError(directory + " is damaged: CURRENT names " + *name +
                           ", which is not its manifest");
  }
  if (Result<void> same = CheckMark(files, directory, *known); !same) return same.error();
  return *known;
}

Result<codec::FileMark> CheckFiles(rocksdb::FileSystem* files, const std::string& directory,
                                   const codec::WatermarkImage& watermark) {
  for (const codec::FileMark& log : watermark.logs) {
    if (Result<void> same = CheckMark(files, directory, log); !same) return same.error();
  }
  return CheckManifest(files, directory, watermark.manifests);
}

Result<codec::FileMark> MarkManifest(rocksdb::FileSystem* files, const std::string& directory) {
  const Result<std::string> name = ReadCurrent(files, directory);
  if (!name) return name.error();
  return MarkOf(files, directory, *name, UINT64_MAX);
}

Result<void> SyncNames(rocksdb::FileSystem* files, const std::string& directory) {
  std::unique_ptr<rocksdb::FSDirectory> names;
  IOStatus status = files->NewDirectory(directory, IOOptions(), &names, nullptr);
  if (status.ok()) status = names->Fsync(IOOptions(), nullptr);
  return status.ok() ? Result<void>() : OpenError(status, directory);
}

Result<void> SettleManifest(rocksdb::FileSystem* files, const std::string& directory,
                            codec::FileMark named, WatermarkFile* watermark) {
  codec::WatermarkImage known = watermark->image();
  if (known.manifests.size() == 1) return {};
  if (Result<void> synced = SyncNames(files, directory); !synced) return synced;
  return watermark->KeepFiles({std::move(named)}, std::move(known.logs));
}

}  // namespace idem::storage
