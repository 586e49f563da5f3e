// SPDX-License-Identifier: Apache-2.0
#include "power/outside.h"

#include <fstream>
#include <iterator>
#include <system_error>

#include "storage/rocks/directory_lock.h"
#include "storage/rocks/watermark_file.h"

namespace idem::power {

namespace fs = std::filesystem;

OutsideFiles ReadOutside(const fs::path& directory) {
  OutsideFiles files;
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, missing)) {
    const std::string name = entry.path().filename().string();
    if (name == storage::kLockFile) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[name].assign(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

void LoseWatermark(const OutsideFiles& then, const OutsideFiles& since, bool torn,
                   OutsideFiles* now) {
  const auto safe = then.find(storage::kWatermarkFile);
  const auto found = since.find(storage::kWatermarkFile);
  if (safe == then.end() || found == since.end()) return;
  std::string& left = (*now)[storage::kWatermarkFile];
  left = found->second;
  for (std::size_t at = 0; torn && at < left.size(); ++at) {
    const bool is_safe = at < safe->second.size() && left[at] == safe->second[at];
    if (!is_safe) left[at] = static_cast<char>(left[at] ^ 0x5a);
  }
}

void RestoreOutside(const OutsideFiles& files, const fs::path& directory) {
  fs::remove_all(directory);
  if (files.empty()) return;
  fs::create_directory(directory);
  for (const auto& [name, bytes] : files) {
    std::ofstream(directory / name, std::ios::binary) << bytes;
  }
}

}  // namespace idem::power
