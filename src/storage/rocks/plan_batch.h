// SPDX-License-Identifier: Apache-2.0
//
// PlanBatch: a plan as RocksDB's log and memtable take it. Written here in RocksDB's own form of a
// batch, because its methods for that take a fifteenth of a commit. The form is that of its log, so
// it stays; a test holds it against what Put and Delete write.
//
//   8 bytes  sequence number: RocksDB's to fill in
//   4 bytes  how many entries follow, little-endian
//   an entry to put    01, varint32 size, key, varint32 size, value
//   an entry to erase  00, varint32 size, key
#pragma once

#include "storage/store.h"

#include <rocksdb/write_batch.h>

#include <cstddef>

namespace idem::storage {

// What a plan takes as a batch, and about as much as it takes on the disk. Not too little.
std::size_t PlanBytes(const WritePlan& plan);

// `bytes` is PlanBytes. Errors: kLimitExceeded.
Result<rocksdb::WriteBatch> BatchOf(const WritePlan& plan, std::size_t bytes);

}  // namespace idem::storage
