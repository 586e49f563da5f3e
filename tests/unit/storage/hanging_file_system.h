// SPDX-License-Identifier: Apache-2.0
//
// HangingFileSystem: a disk that can stop answering, without end, who makes or writes files whose
// names end in a suffix, or who asks for their size.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace idem::testing {

class Gate {
 public:
  void Close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    waited_ = waited_ || !open_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  // Returns when somebody has come to the closed gate.
  void AwaitSomebody() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waited_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;     // guarded by mutex_
  bool waited_ = false;  // guarded by mutex_
};

class HangingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  HangingFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<Gate> gate)
      : FSWritableFileOwnerWrapper(std::move(file)), gate_(std::move(gate)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    gate_->Pass();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* debug) override {
    gate_->Pass();
    return FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    gate_->Pass();
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  const std::shared_ptr<Gate> gate_;
};

class HangingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // kSizes: from the second time on that the size of one file is asked for. RocksDB has its mutex
  // then, when a flush has ended.
  enum class Hangs { kWrites, kSizes };

  explicit HangingFileSystem(std::string suffix = {}, Hangs what = Hangs::kWrites)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        suffix_(std::move(suffix)),
        what_(what) {}

  const char* Name() const override { return "HangingFileSystem"; }
  Gate& gate() { return *gate_; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    const bool hangs = what_ == Hangs::kWrites && name.ends_with(suffix_);
    if (hangs) gate_->Pass();
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (hangs && status.ok()) *file = std::make_unique<HangingFile>(std::move(*file), gate_);
    return status;
  }

  rocksdb::IOStatus GetFileSize(const std::string& name, const rocksdb::IOOptions& options,
                                std::uint64_t* size, rocksdb::IODebugContext* debug) override {
    if (what_ == Hangs::kSizes && name.ends_with(suffix_) && IsAskedAgain(name)) gate_->Pass();
    return FileSystemWrapper::GetFileSize(name, options, size, debug);
  }

 private:
  bool IsAskedAgain(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return !asked_.insert(name).second;
  }

  const std::string suffix_;
  const Hangs what_;
  std::mutex mutex_;
  std::set<std::string> asked_;  // guarded by mutex_: files whose size was asked for
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace idem::testing
