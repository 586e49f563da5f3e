// SPDX-License-Identifier: Apache-2.0
//
// Directories of runs: made, measured, synced, removed.
#pragma once

#include <cstdint>
#include <filesystem>

namespace idem::bench {

// A new, empty directory that is removed with everything in it.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::filesystem::path& parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The bytes that files hold. Neither a hole counts nor what a log has allocated in advance, which
// is given back when it is closed.
std::uint64_t DiskBytes(const std::filesystem::path& directory);

// Writes everything out that the file system still holds back, so that it is not written while
// something else is measured.
void SyncFileSystem(const std::filesystem::path& directory);

}  // namespace idem::bench
