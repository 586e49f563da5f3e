// SPDX-License-Identifier: Apache-2.0
//
// HashMemtable: RocksDB's memtable as a hash table. RocksDB's own is a skip list, whose search for
// the place of each new entry is more than half of the cost of a put. Here an entry is appended to
// the arena and hung into a bucket; the order, which only scans and flushes need, is made when one
// of them comes (sorted_runs.h).
//
//   bucket -> node -> node -> ...     newest first; found by the hash of the user key
//   newest -> node -> node -> ...     all of them, newest first
//
// Uses RocksDB's public headers alone: its log, recovery, snapshots and flush stay as they are.
//
// REQUIRES of the options it is used with: the bytewise comparator, no timestamps, no
// allow_concurrent_memtable_write, no inplace_update_support. Entries of one key must come in the
// order of their sequence numbers, as they do from one writer and from recovery.
//
// Thread-safety: one thread inserts; any number read at the same time.
#pragma once

#include "storage/rocks/memtable_use.h"

#include <rocksdb/memtablerep.h>

#include <cstddef>
#include <memory>

namespace idem::storage {

// `write_buffer_bytes` is that of the options; the table has a bucket for each 256 bytes of it.
// `use`, where there is one, counts what the entries take, as its budget does RocksDB's own arenas.
std::shared_ptr<rocksdb::MemTableRepFactory> NewHashMemtableFactory(
    std::size_t write_buffer_bytes, std::shared_ptr<MemtableUse> use = nullptr);

}  // namespace idem::storage
