// SPDX-License-Identifier: Apache-2.0
//
// What the writing and the reading store have in common: reads of many keys, and views.
#pragma once

#include "codec/store_header.h"
#include "storage/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>

#include <memory>
#include <vector>

namespace idem::storage {

// Keeps one state of the database readable. A writer's pin is a RocksDB snapshot. A secondary has
// no snapshots: there the pin is a token, and the secondary does not move on while one is held.
class Pin {
 public:
  struct Token {};
  Pin(rocksdb::DB* db, Token) : db_(db), snapshot_(nullptr) {}
  explicit Pin(rocksdb::DB* db) : db_(db), snapshot_(db->GetSnapshot()) {}
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  rocksdb::DB* db() const noexcept { return db_; }
  const rocksdb::Snapshot* snapshot() const noexcept { return snapshot_; }

 private:
  rocksdb::DB* db_;
  const rocksdb::Snapshot* snapshot_;
};

std::unique_ptr<StoreView> NewRocksView(std::shared_ptr<const Pin> pin);

// Values that stand in the block cache are not copied, so the result holds the cache as well.
std::unique_ptr<ReadResult> NewRocksReadResult(std::shared_ptr<rocksdb::Cache> cache);

// Reads `keys` into a result made by NewRocksReadResult, as of one moment.
Result<void> ReadKeys(rocksdb::DB* db, std::span<const std::string_view> keys, ReadResult* result);

// One key as of `snapshot`, which may be null: now.
Result<std::optional<std::string>> ReadKey(rocksdb::DB* db, const rocksdb::Snapshot* snapshot,
                                           std::string_view key);

// That the header entry is the one that `directory` names: kCorruption when files of two stores
// were mixed, or the entry is gone.
Result<void> CheckHeader(rocksdb::DB* db, const codec::FormatHeader& header,
                         std::string_view directory);

inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace idem::storage
