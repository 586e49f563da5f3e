// SPDX-License-Identifier: Apache-2.0
//
// OpenRocksStore on a file system of the caller's: how tests make writes fail.
#pragma once

#include "storage/rocks/rocks_store.h"

#include <rocksdb/env.h>

namespace idem::storage {

// `env` must outlive the store. The lock and the format file are on the real file system still.
Result<std::unique_ptr<Store>> OpenRocksStore(const std::filesystem::path& directory,
                                              const SinkOptions& options, rocksdb::Env* env);

}  // namespace idem::storage
