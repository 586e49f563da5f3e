// SPDX-License-Identifier: Apache-2.0
//
// What weighs on an open store, asked of RocksDB and of the file system.
#pragma once

#include "storage/rocks/space_guard.h"
#include "storage/store.h"

#include <rocksdb/db.h>

namespace idem::storage {

// A number that cannot be had is left at its default. Costs some calls of the file system.
StorePressure PressureOf(rocksdb::DB* db, const SpaceGuard& space);

}  // namespace idem::storage
