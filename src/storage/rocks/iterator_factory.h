// SPDX-License-Identifier: Apache-2.0
//
// The only place that makes RocksDB iterators.
//
// RocksDB before 8.7 has a fault that only its range deletions bring in: when the first block of a
// sorted file that is not the first of its level cannot be read, a scan skips entries and reports
// success. With ignore_range_deletions it reports the error. Nothing here ever writes a range
// deletion, so there is none to ignore.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <memory>

namespace idem::storage {

// How everything is read: checksums verified, nothing skipped.
rocksdb::ReadOptions VerifiedReadOptions(const rocksdb::Snapshot* snapshot);

// An iterator over the keys below `upper_bound`, which must stay where it is while the iterator
// lives; null: no bound. `snapshot` may be null. The caller must look at status() whenever Valid()
// is false.
std::unique_ptr<rocksdb::Iterator> NewScan(rocksdb::DB* db, const rocksdb::Snapshot* snapshot,
                                           const rocksdb::Slice* upper_bound);

}  // namespace idem::storage
