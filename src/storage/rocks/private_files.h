// SPDX-License-Identifier: Apache-2.0
//
// PrivateFiles: RocksDB's files are for their owner alone (0600), whatever the umask. By itself
// RocksDB makes them readable for everybody whom the umask does not shut out. They are private from
// the moment on that they are there.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>

namespace idem::storage {

// `files`, which are the system's, but private.
std::shared_ptr<rocksdb::FileSystem> NewPrivateFiles(
    const std::shared_ptr<rocksdb::FileSystem>& files);

// RocksDB's own environment, but with private files. Lives as long as the process, as that does.
rocksdb::Env* PrivateFilesEnv();

}  // namespace idem::storage
