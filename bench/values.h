// SPDX-License-Identifier: Apache-2.0
//
// Values: what the values of a run's records are made of. A value depends on row and version alone.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace idem::bench {

struct Values {
  std::size_t bytes = 128;  // of each, pseudo-random: nothing compresses them

  // Where set, values are these lines instead, over and over, and `name` tells which file's.
  std::shared_ptr<const std::vector<std::string>> lines = {};
  std::string name = {};

  std::size_t bytes_max() const;
};

inline bool IsDefault(const Values& values) {
  return !values.lines && values.bytes == Values().bytes;
}

// "128 B", or the name.
std::string ToString(const Values& values);

// The lines of a file that is plain, .gz or .zst; the latter two take the command zstd. Throws
// std::runtime_error when there are none.
Values ReadValues(const std::string& file);

}  // namespace idem::bench
