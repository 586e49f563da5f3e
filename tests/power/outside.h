// SPDX-License-Identifier: Apache-2.0
//
// What idem keeps beside RocksDB's files: small files on the real file system, which say that a
// store is there (src/storage/rocks/store_directory.h) and what of it is durable
// (watermark_file.h). A loss of power finds them as they were at that moment, but for what of the
// watermark was not synced.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace idem::power {

using OutsideFiles = std::map<std::string, std::string>;  // name -> bytes

// All but the lock, which holds no state.
OutsideFiles ReadOutside(const std::filesystem::path& directory);

// Lets a loss of power put the watermark of `now` back to what it was in `since`; `torn`: with
// other bytes where it was written to after `then`, when it was synced.
void LoseWatermark(const OutsideFiles& then, const OutsideFiles& since, bool torn,
                   OutsideFiles* now);

// Makes the directory hold these files and nothing else; without files there is no directory.
void RestoreOutside(const OutsideFiles& files, const std::filesystem::path& directory);

}  // namespace idem::power
