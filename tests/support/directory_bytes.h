// SPDX-License-Identifier: Apache-2.0
//
// All bytes of a directory, to see that nothing changed in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace idem::testing {

inline std::string FileBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void SetFileBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Every file and directory below it by path, but the lock file, which whoever comes last signs.
inline std::map<std::string, std::string> DirectoryBytes(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().filename() == "IDEM_LOCK") continue;
    files[entry.path().string()] = entry.is_directory() ? "/" : FileBytes(entry.path());
  }
  return files;
}

}  // namespace idem::testing
