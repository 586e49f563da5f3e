// SPDX-License-Identifier: Apache-2.0
//
// WriterProgress: where the writer of a store stands, as its directory shows it. What was found
// wrong with a store while somebody moved it on may be no damage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace idem::storage {

struct WriterProgress {
  std::string manifest;  // its name, as in CURRENT
  std::uintmax_t manifest_bytes = 0;
  std::set<std::string> logs;
  std::set<std::string> sorted_files;  // those of running merges included

  bool SameManifest(const WriterProgress& other) const;

  // Whether nobody has flushed, merged or taken over anything since `before`, and nobody has opened
  // the store. Logs may have grown, and new ones begun.
  bool StoodStillSince(const WriterProgress& before) const;

  // Whether all sorted files of `before` are there still, and nobody has opened the store.
  bool HasSortedFilesOf(const WriterProgress& before) const;
};

// Leaves out what is missing: the writer is just changing it, or the store is damaged, which
// opening it will tell.
WriterProgress LookAtWriter(const std::filesystem::path& directory);

}  // namespace idem::storage
