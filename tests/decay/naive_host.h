// SPDX-License-Identifier: Apache-2.0
//
// A host that reads a store's entries with RocksDB as it comes, without what idem sets and checks:
// how a known bug is put back into the decay test.
#pragma once

#include <idem/idempotent_sink.h>

#include <filesystem>
#include <memory>

namespace idem::decay {

struct NaiveOptions {
  bool plain_iterator = false;  // a scan that does not ignore range deletions
  bool point_in_time = false;   // RocksDB's default for damage in a log
};

// A sink in memory over the entries that a scan of the directory finds.
Result<std::unique_ptr<IdempotentSink>> OpenNaively(const NaiveOptions& naive,
                                                    const std::filesystem::path& directory);

}  // namespace idem::decay
