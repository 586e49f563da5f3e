// SPDX-License-Identifier: Apache-2.0
//
// Flushes that somebody waits for. Before files are taken over all that was committed is to be in
// sorted files; and a store that closes lets the flush end that is under way.
#pragma once

#include <rocksdb/db.h>

#include <functional>

namespace idem::storage {

// Ends the memtable, if there is anything in it, and has it flushed; does not wait for that.
rocksdb::Status BeginFlush(rocksdb::DB* db);

// Whether everything is flushed, and RocksDB does not stop who would write.
bool IsFlushed(rocksdb::DB* db);

// Returns when no flush of this store is running, or when `in_vain` says that the running one will
// fail. A flush that still waits for a thread does not count.
void AwaitRunningFlush(rocksdb::DB* db, const std::function<bool()>& in_vain);

}  // namespace idem::storage
