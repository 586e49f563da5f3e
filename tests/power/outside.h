// SPDX-License-Identifier: Apache-2.0
//
// What idem keeps beside RocksDB's files: small files on the real file system, which say that a
// store is there (src/storage/rocks/store_directory.h). A loss of power finds them as they were at
// that moment.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace idem::power {

using OutsideFiles = std::map<std::string, std::string>;  // name -> bytes

// All but the lock, which holds no state.
OutsideFiles ReadOutside(const std::filesystem::path& directory);

// Makes the directory hold these files and nothing else; without files there is no directory.
void RestoreOutside(const OutsideFiles& files, const std::filesystem::path& directory);

}  // namespace idem::power
