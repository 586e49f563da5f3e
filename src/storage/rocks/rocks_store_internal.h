// SPDX-License-Identifier: Apache-2.0
//
// OpenRocksStore and MakeRocksStore on a file system of the caller's, which is how tests make
// writes fail; and for recovery.
#pragma once

#include "codec/store_header.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/watermark_file.h"

#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <filesystem>
#include <memory>

namespace idem::storage {

// `env` must outlive the store; whether its threads run, as after a fork, is the caller's concern.
// The lock, the format file and the watermark are on the real file system still.
Result<std::unique_ptr<Store>> OpenRocksStore(const std::filesystem::path& directory,
                                              const SinkOptions& options, const Inspection& inspect,
                                              rocksdb::Env* env);

Result<void> MakeRocksStore(const std::filesystem::path& directory, const SinkOptions& options,
                            const Filling& fill, rocksdb::Env* env);

// A store that was examined, and is to be opened with what can be kept of it.
struct Recoverable {
  std::filesystem::path directory;
  codec::FormatHeader header;
  std::unique_ptr<DirectoryLock> lock;
  std::shared_ptr<WatermarkFile> watermark;
};

// Opens it with its logs read in that way. `env` must outlive the store.
Result<std::unique_ptr<Store>> OpenRecovering(Recoverable found, rocksdb::WALRecoveryMode mode,
                                              const SinkOptions& options, rocksdb::Env* env);

// `env` must outlive the recovery.
Result<std::unique_ptr<StoreRecovery>> BeginRocksRecovery(const std::filesystem::path& directory,
                                                          const SinkOptions& options,
                                                          rocksdb::Env* env);

}  // namespace idem::storage
