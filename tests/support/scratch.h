// SPDX-License-Identifier: Apache-2.0
//
// Scratch: where a test puts its stores when it opens and syncs thousands of small ones: in memory
// where there is such a place. What a sync is worth is proven elsewhere (tests/crash).
#pragma once

#include <stdlib.h>
#include <unistd.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace idem::testing {

// A new directory, removed with the object: never one that a process of the same number has left.
class Scratch {
 public:
  explicit Scratch(const std::string& name) {
    if (Make("/dev/shm", name) || Make(std::filesystem::temp_directory_path(), name)) return;
    throw std::runtime_error("no directory can be made for " + name);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  bool Make(const std::filesystem::path& place, const std::string& name) {
    std::string path = (place / (name + "-XXXXXX")).string();
    if (::mkdtemp(path.data()) == nullptr) return false;
    path_ = path;
    return true;
  }

  std::filesystem::path path_;
};

}  // namespace idem::testing
