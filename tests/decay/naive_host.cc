// SPDX-License-Identifier: Apache-2.0
#include "decay/naive_host.h"

#include <rocksdb/db.h>

#include <string>

#include "codec/keyspace.h"
#include "conformance/store_fixture.h"
#include "decay/host.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"

namespace idem::decay {
namespace {

Error Damaged(const rocksdb::Status& status) {
  return {ErrorCode::kCorruption, status.ToString() + "; restore the store"};
}

bool IsOfOneOpening(const std::string& key) {
  return key == codec::SpaceKey(codec::Space::kFormat) ||
         key == codec::SpaceKey(codec::Space::kEpoch);
}

}  // namespace

Result<std::unique_ptr<IdempotentSink>> OpenNaively(const NaiveOptions& naive,
                                                    const std::filesystem::path& directory) {
  rocksdb::Options options;
  options.info_log_level = rocksdb::FATAL_LEVEL;
  options.wal_recovery_mode = naive.point_in_time
                                  ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                  : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, directory.string(), &opened);
  if (!status.ok()) return Damaged(status);
  const std::unique_ptr<rocksdb::DB> db(opened);

  rocksdb::ReadOptions reading;
  reading.ignore_range_deletions = !naive.plain_iterator;
  const std::unique_ptr<rocksdb::Iterator> entry(db->NewIterator(reading));
  testing::Plan plan;
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    std::string key = entry->key().ToString();
    if (!IsOfOneOpening(key)) plan.Put(std::move(key), entry->value().ToString());
  }
  if (!entry->status().ok()) return Damaged(entry->status());

  std::shared_ptr<storage::Store> store = storage::NewMemoryStore();
  if (Result<void> copied = plan.CommitTo(store.get()); !copied) return copied.error();
  return SinkImpl::Open(std::move(store), HostOptions());
}

}  // namespace idem::decay
