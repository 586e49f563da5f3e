// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/flush_ahead.h"

#include "storage/rocks/write_stall.h"

#include <rocksdb/options.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace idem::storage {

using Properties = rocksdb::DB::Properties;

namespace {

constexpr std::chrono::milliseconds kPoll(1);

}  // namespace

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

void AwaitRunningFlush(rocksdb::DB* db, const std::function<bool()>& in_vain) {
  std::uint64_t running = 0;
  while (db->GetIntProperty(Properties::kNumRunningFlushes, &running) && running > 0 &&
         !in_vain()) {
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace idem::storage
