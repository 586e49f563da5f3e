// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/merge_room.h"

#include <rocksdb/file_system.h>
#include <rocksdb/sst_file_manager.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace idem::storage {
namespace {

// More than any disk has, and small enough that sums of a few of them do not wrap around.
constexpr std::uint64_t kPlenty = std::uint64_t{1} << 60;

}  // namespace

class MergeRoom::Listener final : public rocksdb::EventListener {
 public:
  Listener(const rocksdb::Options& options, std::string directory, std::uint64_t keep_free)
      : files_(options.env->GetFileSystem()),
        directory_(std::move(directory)),
        keep_free_(std::min(keep_free, kPlenty)),
        slack_(options.write_buffer_size),
        manager_(rocksdb::NewSstFileManager(options.env, options.info_log)) {
    manager_->SetMaxAllowedSpaceUsage(kPlenty);
    manager_->SetCompactionBufferSize(2 * kPlenty);
  }

  const char* Name() const override { return "idem.MergeRoom"; }
  const std::shared_ptr<rocksdb::SstFileManager>& manager() const { return manager_; }
  std::uint64_t pending() const { return pending_; }

  void Opened() {
    opened_ = true;
    Refresh();
    manager_->SetCompactionBufferSize(keep_free_ + 2 * slack_);
  }

  // Where the file system does not say what is free, nothing is left out.
  void Refresh() {
    if (!opened_) return;
    std::uint64_t free = 0;
    const bool known = files_->GetFreeSpace(directory_, rocksdb::IOOptions(), &free, nullptr).ok();
    manager_->SetMaxAllowedSpaceUsage(
        known ? manager_->GetTotalSize() + std::min(free, kPlenty) + slack_ : 0);
  }

  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { Refresh(); }

  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) override {
    std::uint64_t bytes = 0;
    for (const std::string& path : job.input_files) {
      std::uint64_t size = 0;
      if (files_->GetFileSize(path, rocksdb::IOOptions(), &size, nullptr).ok()) bytes += size;
    }
    Set(job.job_id, bytes);
  }
  void OnTableFileCreated(const rocksdb::TableFileCreationInfo& file) override {
    const std::lock_guard lock(mutex_);
    const auto merge = merges_.find(file.job_id);
    if (merge == merges_.end()) return;
    const std::uint64_t written = std::min(merge->second, file.file_size);
    merge->second -= written;
    pending_ -= written;
  }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) override {
    Set(job.job_id, 0);
    Refresh();
  }

 private:
  void Set(int job, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    std::uint64_t& merge = merges_[job];
    pending_ += bytes - merge;
    merge = bytes;
    if (bytes == 0) merges_.erase(job);
  }

  const std::shared_ptr<rocksdb::FileSystem> files_;
  const std::string directory_;
  const std::uint64_t keep_free_;
  const std::uint64_t slack_;
  const std::shared_ptr<rocksdb::SstFileManager> manager_;

  std::atomic<bool> opened_ = false;

  std::mutex mutex_;
  std::map<int, std::uint64_t> merges_;     // what each has left to write; guarded by mutex_
  std::atomic<std::uint64_t> pending_ = 0;  // their sum; changed under mutex_ alone
};

MergeRoom::MergeRoom(rocksdb::Options* options, std::string directory, std::uint64_t keep_free)
    : listener_(std::make_shared<Listener>(*options, std::move(directory), keep_free)) {
  options->sst_file_manager = listener_->manager();
  options->listeners.push_back(listener_);
}

void MergeRoom::Opened() const { listener_->Opened(); }
void MergeRoom::Refresh() const { listener_->Refresh(); }
std::uint64_t MergeRoom::PendingBytes() const { return listener_->pending(); }

}  // namespace idem::storage
