// SPDX-License-Identifier: Apache-2.0
//
// RocksStore: the embedded store, on RocksDB. The only folder that includes <rocksdb/...>.
//
// One column family holds everything, so that no small one pins write-ahead logs; one WriteBatch is
// one commit; the write-ahead log is always on. A directory lock of our own comes before RocksDB's,
// whose lock file does not survive symlinks, backup tools and forks (docs/internals/storage.md).
#pragma once

#include "storage/store.h"

#include <filesystem>
#include <memory>

namespace idem::storage {

// Opens for writing. Creates the directory (0700) and store when options allow it.
// Errors: kStoreLocked, kStoreMissing, kFormatUnsupported, kCorruption, kIoError, kInvalidArgument.
Result<std::unique_ptr<Store>> OpenRocksStore(const std::filesystem::path& directory,
                                              const SinkOptions& options);

// Opens for reading beside a live writer, without any lock or change of the store's files. Commit,
// TakeEpoch and Sync return kUnsupported. NewView first catches up with the writer, unless an
// earlier view is still alive.
Result<std::unique_ptr<Store>> OpenRocksReader(const std::filesystem::path& directory,
                                               const SinkOptions& options);

}  // namespace idem::storage
