// SPDX-License-Identifier: Apache-2.0
//
// Trace: a fingerprint of everything that happened in a world: each operation on its disk, each
// answer to its host. Two runs of one seed must have the same.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "power/disk.h"

namespace idem::simulation {

class Trace {
 public:
  void Add(std::string_view text);

  // Of logs the bytes count; of the other files, which name the process that wrote them, the sizes.
  // The order of deletions that follow each other does not: RocksDB keeps the files that an opening
  // will delete in a hash table of their paths, and each process has a directory of its own.
  void Add(const std::vector<power::Operation>& operations);

  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  void Fold(std::uint64_t value);

  std::uint64_t fingerprint_ = 0;
};

}  // namespace idem::simulation
