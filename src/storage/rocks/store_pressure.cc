// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/store_pressure.h"

#include "storage/rocks/rocks_options.h"
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

// RocksDB has an estimate for levelled compaction alone. This is what lies in level 0 while there
// are more runs than there should be.
std::uint64_t UnmergedBytes(rocksdb::DB* db) {
  rocksdb::ColumnFamilyMetaData files;
  db->GetColumnFamilyMetaData(&files);
  std::size_t runs = files.levels.empty() ? 0 : files.levels[0].files.size();
  for (std::size_t level = 1; level < files.levels.size(); ++level) {
    runs += files.levels[level].files.empty() ? 0 : 1;
  }
  return runs > std::size_t{kRunsBeforeMerge} ? files.levels[0].size : 0;
}

}  // namespace

StorePressure PressureOf(rocksdb::DB* db, const SpaceGuard& space) {
  using Properties = rocksdb::DB::Properties;
  StorePressure pressure;
  pressure.free_disk_bytes = space.FreeBytes();
  pressure.low_on_space = space.IsLow(pressure.free_disk_bytes);
  pressure.log_bytes = LogBytes(*db);
  db->GetIntProperty(Properties::kCurSizeAllMemTables, &pressure.memtable_bytes);
  pressure.pending_compaction_bytes = UnmergedBytes(db);
  const Stall stall = ReadStall(db);
  pressure.stopped = stall.stopped;
  pressure.slowed = stall.bytes_per_s > 0;
  return pressure;
}

}  // namespace idem::storage
