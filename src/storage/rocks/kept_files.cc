// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/kept_files.h"

#include "storage/rocks/file_system_env.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class ShortFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  ShortFile(std::unique_ptr<rocksdb::FSSequentialFile> file, std::uint64_t bytes)
      : FSSequentialFileOwnerWrapper(std::move(file)), rest_(bytes) {}

  IOStatus Read(std::size_t n, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) override {
    IOStatus status = FSSequentialFileOwnerWrapper::Read(std::min<std::uint64_t>(n, rest_), options,
                                                         result, scratch, debug);
    if (status.ok()) rest_ -= result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t n) override {
    const std::uint64_t skipped = std::min(n, rest_);
    rest_ -= skipped;
    return FSSequentialFileOwnerWrapper::Skip(skipped);
  }

 private:
  std::uint64_t rest_;
};

class KeptFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  KeptFileSystem(const std::shared_ptr<rocksdb::FileSystem>& files, KeptFiles kept)
      : FileSystemWrapper(files), kept_(std::move(kept)) {}

  const char* Name() const override { return "idem.KeptFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
    if (status.ok() && kept_.manifest && path.ends_with("/" + kept_.manifest->name)) {
      *file = std::make_unique<ShortFile>(std::move(*file), kept_.manifest->bytes);
    }
    return status;
  }

  IOStatus GetChildren(const std::string& path, const IOOptions& options,
                       std::vector<std::string>* names, IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::GetChildren(path, options, names, debug);
    if (kept_.last_log) {
      std::erase_if(*names, [this](const std::string& name) {
        return LogNumber(name).value_or(0) > *kept_.last_log;
      });
    }
    return status;
  }

 private:
  const KeptFiles kept_;
};

}  // namespace

std::optional<std::uint64_t> LogNumber(const std::string& name) {
  constexpr std::string_view kEnd = ".log";
  if (!name.ends_with(kEnd)) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = name.data() + name.size() - kEnd.size();
  const auto parsed = std::from_chars(name.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::unique_ptr<rocksdb::Env> NewKeptFilesEnv(rocksdb::Env* env, KeptFiles kept) {
  return NewFileSystemEnv(env,
                          std::make_shared<KeptFileSystem>(env->GetFileSystem(), std::move(kept)));
}

}  // namespace idem::storage
