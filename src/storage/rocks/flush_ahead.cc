// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/flush_ahead.h"

#include "storage/rocks/write_stall.h"

#include <rocksdb/options.h>

#include <cstdint>

namespace idem::storage {

using Properties = rocksdb::DB::Properties;

rocksdb::Status BeginFlush(rocksdb::DB* db) {
  std::uint64_t entries = 1;
  db->GetIntProperty(Properties::kNumEntriesActiveMemTable, &entries);
  if (entries == 0) return rocksdb::Status::OK();
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;  // otherwise it would wait until it causes none
  return db->Flush(options);
}

bool IsFlushed(rocksdb::DB* db) {
  std::uint64_t waiting = 1;
  db->GetIntProperty(Properties::kNumImmutableMemTable, &waiting);
  return waiting == 0 && !ReadStall(db).stopped;
}

}  // namespace idem::storage
