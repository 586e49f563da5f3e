// SPDX-License-Identifier: Apache-2.0
//
// RocksStore: the embedded store, on RocksDB. The only folder that includes <rocksdb/...>.
//
// One column family holds everything, so that no small one pins write-ahead logs; one WriteBatch is
// one commit; the write-ahead log is always on. A directory lock of our own comes before RocksDB's,
// whose lock file does not survive symlinks, backup tools and forks (docs/internals/storage.md).
#pragma once

#include "storage/store.h"
#include "storage/store_recovery.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace idem::storage {

// Looks at a store as it was found, and at its note (Store::KeepWatermark); null: there is no store
// yet. Its error refuses the opening.
using Inspection = std::function<Result<void>(const StoreView* found, std::string_view note)>;

// Opens for writing. Creates the directory (0700) and store when options allow it.
//
// What is there is first held against its watermark and shown to `inspect`, if there is one, while
// nothing in the directory is changed: an opening that is refused leaves every byte as it was,
// except in the lock file. So a log is read twice.
// One that meets a process which has lost the directory's lock and still changes its files fails
// too, with kStoreLocked; when it has lost the lock itself, with kFenced.
// Errors: kStoreLocked, kFenced, kStoreMissing, kUnsafeDirectory, kFormatUnsupported, kCorruption,
// kIoError, kInvalidArgument, kUnsupported (rocks_process.h), and those of `inspect`.
Result<std::unique_ptr<Store>> OpenRocksStore(const std::filesystem::path& directory,
                                              const SinkOptions& options,
                                              const Inspection& inspect = {});

// Commits to a store that is being made what it is to begin with.
using Filling = std::function<Result<void>(Store* store)>;

// Makes a store, its directory too, with what `fill` has committed to it in its writer epoch 0, and
// closes it. Until all of that is durable there is no store: an error, and an exception of `fill`,
// take away what was written, but for the directory with its lock file and what cannot be removed,
// of which the error tells; after a crash another store may be made there.
//
// Errors: those of `fill` and of making a store (OpenRocksStore), kInvalidArgument (there is one,
// damaged or not), kNoSpace (SinkOptions::keep_free_bytes).
Result<void> MakeRocksStore(const std::filesystem::path& directory, const SinkOptions& options,
                            const Filling& fill);

// Opens for reading beside a live writer, without any lock or change of the store's files. Commit,
// CheckWriter, TakeEpoch, Sync and KeepWatermark return kUnsupported. NewView first catches up with
// the writer, unless an earlier view is still alive.
Result<std::unique_ptr<Store>> OpenRocksReader(const std::filesystem::path& directory,
                                               const SinkOptions& options);

// Looks at a store that nobody has open, whatever its state, and changes nothing. Errors:
// kStoreLocked, kStoreMissing, kUnsafeDirectory, kFormatUnsupported, kIoError, and kCorruption for
// IDEM_FORMAT alone.
Result<std::unique_ptr<StoreRecovery>> BeginRocksRecovery(const std::filesystem::path& directory,
                                                          const SinkOptions& options);

}  // namespace idem::storage
