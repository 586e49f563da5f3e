// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/store_pressure.h"

#include "storage/rocks/write_stall.h"

#include <string>
#include <vector>

namespace idem::storage {
namespace {

// Of the files, not of what was appended: what a reopening has to read.
std::uint64_t LogBytes(const rocksdb::DB& db) {
  std::vector<std::string> names;
  if (!db.GetEnv()->GetChildren(db.GetName(), &names).ok()) return 0;
  std::uint64_t total = 0;
  for (const std::string& name : names) {
    std::uint64_t bytes = 0;
    if (!name.ends_with(".log")) continue;
    // One that was removed meanwhile counts as nothing.
    if (db.GetEnv()->GetFileSize(db.GetName() + "/" + name, &bytes).ok()) total += bytes;
  }
  return total;
}

}  // namespace

StorePressure PressureOf(rocksdb::DB* db, const SpaceGuard& space) {
  using Properties = rocksdb::DB::Properties;
  StorePressure pressure;
  pressure.free_disk_bytes = space.FreeBytes();
  pressure.low_on_space = space.IsLow(pressure.free_disk_bytes);
  pressure.log_bytes = LogBytes(*db);
  db->GetIntProperty(Properties::kCurSizeAllMemTables, &pressure.memtable_bytes);
  db->GetIntProperty(Properties::kEstimatePendingCompactionBytes,
                     &pressure.pending_compaction_bytes);
  const Stall stall = ReadStall(db);
  pressure.stopped = stall.stopped;
  pressure.slowed = stall.bytes_per_s > 0;
  return pressure;
}

}  // namespace idem::storage
