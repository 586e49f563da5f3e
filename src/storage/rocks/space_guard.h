// SPDX-License-Identifier: Apache-2.0
//
// SpaceGuard: commits leave some of the disk free.
//
// A write that runs out of space midway has an unknown outcome and ends the handle; so does a flush
// or a compaction. So a commit is refused while it can still be refused, before it touches the log,
// and what is kept free is for the work in the background. Other programs fill the disk too, so
// this makes a full disk rare, not impossible. What merges under way have still to write is left
// free besides.
//
// Asking the system costs about a microsecond. Far from the floor only every 64th commit pays it,
// or who writes a sixteenth of what is left.
//
// Thread-safety: Check needs external synchronization; the rest may be called from any thread.
#pragma once

#include "storage/rocks/merge_room.h"
#include "storage/store.h"

#include <idem/result.h>

#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace idem::storage {

class SpaceGuard {
 public:
  // `keep_free` of 0: nothing is refused. `merges` must outlive this.
  SpaceGuard(std::shared_ptr<rocksdb::FileSystem> system, const MergeRoom* merges,
             std::string directory, std::uint64_t keep_free)
      : system_(std::move(system)),
        merges_(merges),
        directory_(std::move(directory)),
        keep_free_(keep_free) {}

  // Ok when `bytes` more leave enough free, or nobody knows. Errors: kNoSpace.
  Result<void> Check(std::uint64_t bytes);

  // What this process may still write to the disk; unset where the file system does not say.
  std::optional<std::uint64_t> FreeBytes() const;

  // Whether a commit is refused now, or was the last time that one came.
  bool IsLow(std::optional<std::uint64_t> free) const {
    return refused_ || (free && *free < Floor());
  }

 private:
  std::uint64_t Floor() const {
    if (keep_free_ == 0) return 0;
    return keep_free_ + std::min(merges_->PendingBytes(), UINT64_MAX - keep_free_);
  }

  const std::shared_ptr<rocksdb::FileSystem> system_;
  const MergeRoom* const merges_;
  const std::string directory_;
  const std::uint64_t keep_free_;

  // What may be done before the system is asked again.
  std::uint64_t bytes_left_ = 0;
  std::uint64_t commits_left_ = 0;
  std::uint64_t floor_ = 0;  // for which that was so
  std::atomic<bool> refused_ = false;
};

}  // namespace idem::storage
