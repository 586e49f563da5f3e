// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/watermark_file.h"

#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kImages = 3;
constexpr std::size_t kImageBytesMax = std::size_t{64} << 20;
constexpr int kReadsMax = 10;  // while somebody writes

off_t OffsetOf(std::size_t block, std::size_t place) {
  return static_cast<off_t>((block * kImages + place) * kBlock);
}

bool ReadAll(int fd, std::size_t size, std::string* bytes) {
  bytes->resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(fd, bytes->data() + done, size - done, static_cast<off_t>(done));
    if (count < 0) return false;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes->resize(done);
  return true;
}

std::string ImageBytes(std::string_view file, std::size_t place) {
  std::string bytes;
  for (std::size_t at = place * kBlock; at < file.size(); at += kImages * kBlock) {
    bytes.append(file.substr(at, kBlock));
  }
  bytes.resize(codec::WatermarkImageSize(bytes));
  return bytes;
}

struct Newest {
  codec::WatermarkImage image;
  std::size_t place = 0;
};

std::optional<Newest> FindNewest(std::string_view file) {
  std::optional<Newest> newest;
  for (std::size_t place = 0; place < kImages; ++place) {
    codec::WatermarkImage image;
    if (!codec::DecodeWatermarkImage(ImageBytes(file, place), &image)) continue;
    if (newest && newest->image.sequence >= image.sequence) continue;
    newest = Newest{std::move(image), place};
  }
  return newest;
}

Result<Newest> ReadNewest(int fd, const std::string& path, const Uuid& store_id) {
  std::string bytes;
  for (int attempt = 0; attempt < kReadsMax; ++attempt) {
    struct stat status = {};
    if (::fstat(fd, &status) != 0) return LastSystemError(path);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > kImages * kImageBytesMax) break;
    if (!ReadAll(fd, size, &bytes)) return LastSystemError(path);
    std::optional<Newest> newest = FindNewest(bytes);
    if (!newest) continue;
    if (newest->image.store_id == store_id) return *std::move(newest);
    return CorruptionError(path + " belongs to another store");
  }
  return CorruptionError(path + " is damaged");
}

// kCorruption when there is no such file: every store has one.
Result<Descriptor> OpenFile(const std::string& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, kOwnersAlone));
  if (file.is_open()) return file;
  if (errno == ENOENT) return CorruptionError(path + " is missing");
  return LastSystemError(path);
}

std::string PathIn(const fs::path& directory) { return (directory / kWatermarkFile).string(); }

}  // namespace

Result<std::shared_ptr<WatermarkFile>> WatermarkFile::Create(const fs::path& directory,
                                                             const Uuid& store_id,
                                                             Marks manifests) {
  auto file = CreateUnsynced(directory, store_id, std::move(manifests));
  if (!file) return file;
  if (Result<void> synced = (*file)->Sync(); !synced) return synced.error();
  if (Result<void> synced = SyncDirectory(directory); !synced) return synced.error();
  return file;
}

Result<std::shared_ptr<WatermarkFile>> WatermarkFile::CreateUnsynced(const fs::path& directory,
                                                                     const Uuid& store_id,
                                                                     Marks manifests) {
  const std::string path = PathIn(directory);
  Result<Descriptor> opened = OpenFile(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!opened) return opened.error();
  // Whatever the umask.
  if (::fchmod(opened->get(), kOwnersAlone) != 0) return LastSystemError(path);
  std::shared_ptr<WatermarkFile> file(new WatermarkFile(path, *std::move(opened)));
  file->image_.store_id = store_id;
  if (Result<void> kept = file->KeepFiles(std::move(manifests), {}); !kept) return kept.error();
  return file;
}

Result<std::shared_ptr<WatermarkFile>> WatermarkFile::Open(const fs::path& directory,
                                                           const Uuid& store_id) {
  const std::string path = PathIn(directory);
  Result<Descriptor> opened = OpenFile(path, O_RDWR);
  if (!opened) return opened.error();
  std::shared_ptr<WatermarkFile> file(new WatermarkFile(path, *std::move(opened)));
  Result<Newest> newest = ReadNewest(file->file_.get(), path, store_id);
  if (!newest) return newest.error();
  file->image_ = std::move(newest->image);
  file->newest_ = newest->place;
  // Whether that one is on the disk nobody knows; a sync makes it so and changes no byte.
  if (Result<void> synced = file->Sync(); !synced) return synced.error();
  return file;
}

Result<codec::WatermarkImage> WatermarkFile::Read(const fs::path& directory, const Uuid& store_id) {
  const std::string path = PathIn(directory);
  Result<Descriptor> opened = OpenFile(path, O_RDONLY);
  if (!opened) return opened.error();
  Result<Newest> newest = ReadNewest(opened->get(), path, store_id);
  if (!newest) return newest.error();
  return std::move(newest->image);
}

codec::WatermarkImage WatermarkFile::image() const {
  const std::lock_guard lock(mutex_);
  return image_;
}

Result<void> WatermarkFile::KeepNote(std::string_view note) {
  const std::lock_guard lock(mutex_);
  image_.note = note;
  return UnlessFailed(&WatermarkFile::Write);
}

Result<void> WatermarkFile::KeepFiles(Marks manifests, Marks logs) {
  const std::lock_guard lock(mutex_);
  image_.manifests = std::move(manifests);
  image_.logs = std::move(logs);
  return UnlessFailed(&WatermarkFile::Write);
}

Result<void> WatermarkFile::Sync() {
  const std::lock_guard lock(mutex_);
  return UnlessFailed(&WatermarkFile::SyncNewest);
}

// REQUIRES, as do the next two: mutex_ is held. The system says once that bytes could not be
// written, and takes them for written from then on.
Result<void> WatermarkFile::UnlessFailed(Result<void> (WatermarkFile::*step)()) {
  if (failed_) return *failed_;
  Result<void> done = (this->*step)();
  if (!done) failed_ = done.error();
  return done;
}

Result<void> WatermarkFile::SyncNewest() {
  if (::fdatasync(file_.get()) != 0) return LastSystemError(path_);
  synced_ = newest_;
  return {};
}

Result<void> WatermarkFile::Write() {
  std::size_t place = 0;
  while (place == newest_ || place == synced_) ++place;
  ++image_.sequence;
  std::string bytes;
  codec::AppendWatermarkImage(image_, &bytes);
  if (bytes.size() > kImageBytesMax) {
    return Error(ErrorCode::kIoError, path_ + " would become too large; use fewer partitions");
  }
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    const std::string_view block = std::string_view(bytes).substr(at, kBlock);
    if (!WriteWhole(file_.get(), block, OffsetOf(at / kBlock, place))) {
      return LastSystemError(path_);
    }
  }
  newest_ = place;
  return {};
}

}  // namespace idem::storage
