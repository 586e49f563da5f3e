// SPDX-License-Identifier: Apache-2.0
//
// Scratch: where a test puts its stores when it opens and syncs thousands of small ones: in memory
// where there is such a place. What a sync is worth is proven elsewhere (tests/crash).
#pragma once

#include <unistd.h>
#include <filesystem>
#include <string>
#include <system_error>

namespace idem::testing {

// An empty directory of this process, removed with the object.
class Scratch {
 public:
  explicit Scratch(const std::string& name) {
    namespace fs = std::filesystem;
    const std::string own = name + "-" + std::to_string(getpid());
    std::error_code failed;
    path_ = fs::path("/dev/shm") / own;
    fs::create_directories(path_, failed);
    if (!failed) return;
    path_ = fs::temp_directory_path() / own;
    fs::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace idem::testing
