// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/log_order.h"

#include <rocksdb/file_system.h>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

// The log that is written to, as long as RocksDB has it open.
struct CurrentLog {
  std::mutex mutex;
  rocksdb::FSWritableFile* file = nullptr;  // guarded by mutex
};

class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<CurrentLog> current)
      : FSWritableFileOwnerWrapper(std::move(file)), current_(std::move(current)) {}

  ~LogFile() override {
    const std::lock_guard lock(current_->mutex);
    if (current_->file == this) current_->file = nullptr;
  }

 private:
  const std::shared_ptr<CurrentLog> current_;
};

class LogOrderFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "idem.LogOrderFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (!std::string_view(path).ends_with(".log")) {
      return FileSystemWrapper::NewWritableFile(path, options, file, debug);
    }
    // Nothing is appended to the old log any more: whoever begins a new one is the only writer.
    const std::lock_guard lock(current_->mutex);
    if (current_->file != nullptr) {
      rocksdb::IOStatus synced = current_->file->Sync(rocksdb::IOOptions(), debug);
      if (!synced.ok()) return synced;
    }
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    *file = std::make_unique<LogFile>(std::move(*file), current_);
    current_->file = file->get();
    return status;
  }

 private:
  const std::shared_ptr<CurrentLog> current_ = std::make_shared<CurrentLog>();
};

class LogOrderEnv final : public rocksdb::EnvWrapper {
 public:
  explicit LogOrderEnv(rocksdb::Env* env) : EnvWrapper(env) {
    file_system_ = std::make_shared<LogOrderFileSystem>(env->GetFileSystem());
    system_clock_ = env->GetSystemClock();
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewLogOrderEnv(rocksdb::Env* env) {
  return std::make_unique<LogOrderEnv>(env);
}

}  // namespace idem::storage
