// SPDX-License-Identifier: Apache-2.0
//
// How many files of a kind there are in a store's directory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace idem::testing {

inline std::size_t CountFiles(const std::filesystem::path& directory, std::string_view extension) {
  const auto is_one = [extension](const std::filesystem::directory_entry& entry) {
    return entry.path().extension() == extension;
  };
  const auto number = std::count_if(std::filesystem::directory_iterator(directory), {}, is_one);
  return static_cast<std::size_t>(number);
}

}  // namespace idem::testing
