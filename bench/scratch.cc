// SPDX-License-Identifier: Apache-2.0

#include "scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace idem::bench {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;

}  // namespace

ScratchDirectory::ScratchDirectory(const std::filesystem::path& parent) {
  std::string name = parent / "idem-bench-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot make a directory in " + parent.string());
  }
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint64_t DiskBytes(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat info = {};
    if (entry.is_regular_file() && lstat(entry.path().c_str(), &info) == 0) {
      const auto allocated = static_cast<std::uint64_t>(info.st_blocks) * kStatBlockBytes;
      bytes += std::min(allocated, static_cast<std::uint64_t>(info.st_size));
    }
  }
  return bytes;
}

void SyncFileSystem(const std::filesystem::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int synced = fd < 0 ? -1 : syncfs(fd);
  if (fd >= 0) close(fd);
  if (synced != 0) throw std::system_error(errno, std::generic_category(), directory.string());
}

}  // namespace idem::bench
