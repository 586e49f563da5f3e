// SPDX-License-Identifier: Apache-2.0
//
// PrivateFiles: RocksDB's files are for their owner alone (0600), whatever the umask. By itself
// RocksDB makes them readable for everybody whom the umask does not shut out.
#pragma once

#include <rocksdb/env.h>

namespace idem::storage {

// RocksDB's own environment, but with private files. Lives as long as the process, as that does.
rocksdb::Env* PrivateFilesEnv();

}  // namespace idem::storage
