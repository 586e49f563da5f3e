// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/space_guard.h"

namespace idem::storage {
namespace {

constexpr std::uint64_t kShareUnseen = 16;
constexpr std::uint64_t kCommitsUnseen = 64;

}  // namespace

Result<void> SpaceGuard::Check(std::uint64_t bytes) {
  if (keep_free_ == 0) return {};
  const std::uint64_t floor = Floor();
  if (commits_left_ > 0 && bytes <= bytes_left_ && floor <= floor_) {
    --commits_left_;
    bytes_left_ -= bytes;
    return {};
  }
  const std::optional<std::uint64_t> free = FreeBytes();
  refused_ = free && (*free < floor || *free - floor < bytes);
  commits_left_ = 0;
  if (refused_) {
    return Error(
        ErrorCode::kNoSpace,
        "the disk of " + directory_ + " has " + std::to_string(*free) +
            " bytes free, and a commit of " + std::to_string(bytes) +
            " would leave less than SinkOptions::keep_free_bytes = " + std::to_string(keep_free_) +
            (floor > keep_free_ ? " and what merging files still takes" : "") +
            "; nothing was applied: make room and commit again");
  }
  if (free) {
    bytes_left_ = (*free - floor - bytes) / kShareUnseen;
    floor_ = floor;
    commits_left_ = kCommitsUnseen - 1;
  }
  return {};
}

std::optional<std::uint64_t> SpaceGuard::FreeBytes() const {
  std::uint64_t free = 0;
  const rocksdb::IOStatus status =
      system_->GetFreeSpace(directory_, rocksdb::IOOptions(), &free, nullptr);
  return status.ok() ? std::optional<std::uint64_t>(free) : std::nullopt;
}

}  // namespace idem::storage
