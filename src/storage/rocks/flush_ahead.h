// SPDX-License-Identifier: Apache-2.0
//
// What comes before files are taken over: all that was committed is to be in sorted files by then.
#pragma once

#include <rocksdb/db.h>

namespace idem::storage {

// Ends the memtable, if there is anything in it, and has it flushed; does not wait for that.
rocksdb::Status BeginFlush(rocksdb::DB* db);

// Whether everything is flushed, and RocksDB does not stop who would write.
bool IsFlushed(rocksdb::DB* db);

}  // namespace idem::storage
