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

// Returns when no flush of this store is under way, or `in_vain` says that it comes to nothing. One
// that waits for a thread is none.
void AwaitRunningFlush(rocksdb::DB* db, const std::function<bool()>& in_vain);

}  // namespace idem::storage
