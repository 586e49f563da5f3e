// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/writer_progress.h"

#include "storage/rocks/store_directory.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace idem::storage {
namespace {

bool Includes(const std::set<std::string>& all, const std::set<std::string>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

bool WriterProgress::SameManifest(const WriterProgress& other) const {
  return manifest == other.manifest && manifest_bytes == other.manifest_bytes;
}

bool WriterProgress::StoodStillSince(const WriterProgress& before) const {
  return SameManifest(before) && Includes(logs, before.logs);
}

bool WriterProgress::HasSortedFilesOf(const WriterProgress& before) const {
  return manifest == before.manifest && Includes(sorted_files, before.sorted_files);
}

WriterProgress LookAtWriter(const std::filesystem::path& directory) {
  WriterProgress progress;
  std::error_code code;
  std::ifstream current(directory / "CURRENT");
  if (std::getline(current, progress.manifest)) {
    const std::uintmax_t bytes = std::filesystem::file_size(directory / progress.manifest, code);
    if (!code) progress.manifest_bytes = bytes;
  }
  if (const auto entries = EntriesOf(directory)) {
    for (const std::string& name : *entries) {
      if (name.ends_with(".log")) progress.logs.insert(name);
      if (name.ends_with(".sst")) progress.sorted_files.insert(name);
    }
  }
  return progress;
}

}  // namespace idem::storage
