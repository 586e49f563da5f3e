// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/reader_files.h"

#include "storage/rocks/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace idem::storage {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

struct ReaderFiles::Held {
  explicit Held(Descriptor opened) : file(std::move(opened)) {}

  const Descriptor file;
  std::uint64_t bytes = 0;                         // that are seen
  std::shared_ptr<const std::atomic<bool>> holds;  // otherwise all are
};

class ReaderFiles::File final : public rocksdb::FSSequentialFile {
 public:
  explicit File(std::shared_ptr<const Held> held) : held_(std::move(held)) {}

  IOStatus Read(std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const std::uint64_t end = *held_->holds ? held_->bytes : UINT64_MAX;
    const std::uint64_t wanted = std::min<std::uint64_t>(n, end - std::min(end, offset_));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t count = ::pread(held_->file.get(), scratch + done, wanted - done,
                                    static_cast<off_t>(offset_ + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return IOStatus::IOError(std::system_category().message(errno));
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    offset_ += done;
    *result = Slice(scratch, done);
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t n) override {
    offset_ += n;
    return IOStatus::OK();
  }

 private:
  const std::shared_ptr<const Held> held_;
  std::uint64_t offset_ = 0;
};

ReaderFiles::ReaderFiles(const std::shared_ptr<rocksdb::FileSystem>& files,
                         std::filesystem::path directory)
    : FileSystemWrapper(files), directory_(std::move(directory)) {}

// The logs are held first, and the manifest after them. So for every commit in the logs the
// manifest has the records that were written before it.
std::optional<WriterProgress> ReaderFiles::Hold() {
  LetGo();
  WriterProgress before = LookAtWriter(directory_);
  auto holds = std::make_shared<std::atomic<bool>>(true);
  Moment moment;
  for (const std::string& log : before.logs) {
    if (!HoldFile(log, holds, &moment)) return std::nullopt;
  }
  if (before.manifest.empty() || !HoldFile(before.manifest, holds, &moment)) return std::nullopt;
  const WriterProgress now = LookAtWriter(directory_);
  if (!now.SameManifest(before) || now.logs != before.logs) return std::nullopt;
  held_ = std::move(moment);
  holds_ = std::move(holds);
  return before;
}

bool ReaderFiles::HoldFile(const std::string& name, const std::shared_ptr<std::atomic<bool>>& holds,
                           Moment* moment) const {
  Descriptor file(::open((directory_ / name).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return false;
  auto held = std::make_shared<Held>(std::move(file));
  held->bytes = static_cast<std::uint64_t>(status.st_size);
  held->holds = holds;
  moment->emplace(name, std::move(held));
  return true;
}

void ReaderFiles::LetGo() {
  if (holds_ != nullptr) *holds_ = false;
  holds_ = nullptr;
  held_.clear();
}

IOStatus ReaderFiles::NewSequentialFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                        IODebugContext* debug) {
  const auto held = held_.find(path.substr(path.rfind('/') + 1));
  if (held != held_.end()) {
    *file = std::make_unique<File>(held->second);
    return IOStatus::OK();
  }
  if (holds_ != nullptr && path.ends_with(".log")) return IOStatus::PathNotFound(path);
  return FileSystemWrapper::NewSequentialFile(path, options, file, debug);
}

IOStatus ReaderFiles::GetChildren(const std::string& path, const IOOptions& options,
                                  std::vector<std::string>* names, IODebugContext* debug) {
  IOStatus status = FileSystemWrapper::GetChildren(path, options, names, debug);
  if (!status.ok() || holds_ == nullptr || directory_ != path) return status;
  std::erase_if(*names, [](const std::string& name) { return name.ends_with(".log"); });
  for (const auto& [name, file] : held_) {
    if (name.ends_with(".log")) names->push_back(name);
  }
  return status;
}

}  // namespace idem::storage
