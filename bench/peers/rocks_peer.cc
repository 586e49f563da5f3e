// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_peer.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

constexpr std::size_t kBufferBytes = 64 << 20;
constexpr int kBloomBitsPerKey = 10;

// As many as idem has, so that none of them gains by processors that another leaves idle.
constexpr int kBackgroundJobs = 4;
constexpr int kPartsOfAMerge = 4;

// Sorts before every key of a record.
constexpr std::string_view kOffsetKey = "!offset";

std::int64_t StoredNext(rocksdb::DB* db) {
  std::string bytes;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), ToSlice(kOffsetKey), &bytes);
  if (status.IsNotFound()) return 0;
  Check(status);
  return NumberIn(bytes);
}

}  // namespace

void Check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("RocksDB: " + status.ToString());
}

rocksdb::Options EngineOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBufferBytes);
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kBufferBytes;
  options.max_background_jobs = kBackgroundJobs;
  options.max_subcompactions = kPartsOfAMerge;
  options.info_log_level = rocksdb::ERROR_LEVEL;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  const auto codecs = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::count(codecs.begin(), codecs.end(), rocksdb::kLZ4Compression) > 0;
  options.compression = lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  return options;
}

std::unique_ptr<rocksdb::DB> OpenDb(const std::filesystem::path& directory,
                                    const rocksdb::Options& options) {
  rocksdb::DB* db = nullptr;
  Check(rocksdb::DB::Open(options, directory.string(), &db));
  return std::unique_ptr<rocksdb::DB>(db);
}

RocksPeer::RocksPeer(const PeerOptions& options, std::unique_ptr<rocksdb::DB> db)
    : db_(std::move(db)), tracker_(StoredNext(db_.get())) {
  write_options_.sync = options.durability == Durability::kSync;
}

void RocksPeer::Stage(const Record& record) {
  const rocksdb::Slice key = ToSlice(record.key);
  const std::array parts = {ToSlice(BytesOf(record.version)), ToSlice(record.value)};
  Check(staged_.Put(rocksdb::SliceParts(&key, 1),
                    rocksdb::SliceParts(parts.data(), static_cast<int>(parts.size()))));
}

void RocksPeer::Write(std::span<const Record> records) {
  rocksdb::Slice key;
  rocksdb::Slice value;
  if (Advance(records, &key, &value)) Check(staged_.Put(key, value));
  if (staged_.Count() > 0) Check(db_->Write(write_options_, &staged_));
  staged_.Clear();
}

bool RocksPeer::Advance(std::span<const Record> records, rocksdb::Slice* key,
                        rocksdb::Slice* value) {
  if (!tracker_.Advance(records)) return false;
  next_ = tracker_.next();
  *key = ToSlice(kOffsetKey);
  *value = ToSlice(BytesOf(next_));
  return true;
}

void RocksPeer::Scan(const RowVisitor& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view key = it->key().ToStringView();
    if (key != kOffsetKey) visit(DecodeRow(key, it->value().ToStringView()));
  }
  Check(it->status());
}

std::int64_t RocksPeer::Next() const { return StoredNext(db_.get()); }

}  // namespace idem::bench
