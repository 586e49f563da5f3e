// SPDX-License-Identifier: Apache-2.0
//
// The reader is a RocksDB secondary: it follows the writer's manifest and logs, and writes nothing
// into the writer's directory.

#include "codec/keyspace.h"
#include "storage/rocks/open_db.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

// A writer may remove a file between the moment its manifest was read and the moment the file is
// opened. Looking again then finds its successor.
constexpr int kAttempts = 10;

// A directory for what a secondary may want to write. Removed at the end.
class PrivateDirectory {
 public:
  static Result<std::unique_ptr<PrivateDirectory>> Make() {
    std::string path = (fs::temp_directory_path() / "idem-reader-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
      return Error(ErrorCode::kIoError, path + ": " + std::system_category().message(errno) +
                                            "; make the folder for temporary files writable");
    }
    return std::make_unique<PrivateDirectory>(std::move(path));
  }

  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}
  ~PrivateDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

Error ReadOnly() {
  return Error(ErrorCode::kUnsupported, "the store is open for reading; open it for writing");
}

class RocksReader final : public Store {
 public:
  RocksReader(std::unique_ptr<PrivateDirectory> own, const SinkOptions& options)
      : own_(std::move(own)),
        cache_(rocksdb::NewLRUCache(options.cache_bytes)),
        rocks_(ReaderOptions(options, rocksdb::Env::Default(), cache_)) {}

  Result<void> Open(const fs::path& directory, const codec::FormatHeader& header) {
    rocksdb::Status status;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      status = OpenSecondary(rocks_, directory.string(), own_->path(), &db_);
      if (status.ok()) return CheckHeader(db_.get(), header, directory.string());
    }
    return OpenError(status, directory.string());
  }

  std::unique_ptr<ReadResult> NewReadResult() const override { return NewRocksReadResult(cache_); }

  Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const override {
    return ReadKeys(db_.get(), nullptr, keys, result);
  }

  Result<void> Commit(const WritePlan&, Durability) override { return ReadOnly(); }
  Result<std::uint64_t> TakeEpoch() override { return ReadOnly(); }
  Result<void> Sync() override { return ReadOnly(); }

  Result<std::unique_ptr<StoreView>> NewView() const override {
    return Guarded([this]() -> Result<std::unique_ptr<StoreView>> {
      const std::lock_guard lock(mutex_);
      std::shared_ptr<const Pin> pin = pin_.lock();
      if (pin == nullptr) {
        if (Result<void> caught_up = CatchUp(); !caught_up) return caught_up.error();
        pin = std::make_shared<const Pin>(db_.get(), Pin::Token{});
        pin_ = pin;
      }
      return NewRocksView(std::move(pin));
    });
  }

 private:
  Result<void> CatchUp() const {
    rocksdb::Status status;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      status = db_->TryCatchUpWithPrimary();
      if (status.ok()) return {};
    }
    return ReadError(status);
  }

  std::unique_ptr<PrivateDirectory> own_;
  std::shared_ptr<rocksdb::Cache> cache_;
  rocksdb::Options rocks_;
  std::unique_ptr<rocksdb::DB> db_;

  mutable std::mutex mutex_;
  mutable std::weak_ptr<const Pin> pin_;  // of the views alive; guarded by mutex_
};

Result<std::unique_ptr<Store>> Open(const fs::path& directory, const SinkOptions& options) {
  if (Result<void> version = CheckRocksVersion(); !version) return version.error();
  Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) return found.error();
  if (found->kind != DirectoryKind::kStore) return StoreMissing(directory);
  Result<std::unique_ptr<PrivateDirectory>> own = PrivateDirectory::Make();
  if (!own) return own.error();
  auto reader = std::make_unique<RocksReader>(*std::move(own), options);
  Result<void> opened = reader->Open(fs::canonical(directory), found->header);
  if (!opened) return opened.error();
  return std::unique_ptr<Store>(std::move(reader));
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksReader(const fs::path& directory,
                                               const SinkOptions& options) {
  return Guarded([&] { return Open(directory, options); });
}

}  // namespace idem::storage
