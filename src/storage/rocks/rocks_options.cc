// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/rocks_options.h"

#include "storage/rocks/hash_memtable.h"
#include "storage/rocks/log_adapter.h"

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace idem::storage {
namespace {

static_assert(ROCKSDB_MAJOR >= 7 && ROCKSDB_MAJOR <= 11, "a RocksDB that was never tried");

constexpr int kOpenFilesMax = 512;
constexpr std::ptrdiff_t kFilesAnOpeningThread = 4;
constexpr std::ptrdiff_t kOpeningThreadsMax = 16;
constexpr std::size_t kExaminerCacheBytes = std::size_t{8} << 20;
constexpr int kBloomBitsPerKey = 10;
constexpr std::uint64_t kWalWriteBuffers = 4;
constexpr int kBackgroundJobs = 4;

// Into how many parts a large merge is divided at most, each with a thread of its own. While one of
// everything goes on, runs pile up and are merged among themselves more often than they need be.
constexpr int kPartsOfAMerge = 4;

rocksdb::CompressionType ChooseCompression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  for (const auto wanted : {rocksdb::kLZ4Compression, rocksdb::kZSTD}) {
    if (std::find(supported.begin(), supported.end(), wanted) != supported.end()) return wanted;
  }
  return rocksdb::kNoCompression;
}

rocksdb::BlockBasedTableOptions TableFileOptions(std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.whole_key_filtering = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // In one piece the filter of a file of 64 MB takes half of one, all of which a read brings into
  // the cache. Where that does not cover the store, such reads took half of the time of a commit.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  return table;
}

// What holds however the store is opened.
rocksdb::Options CommonOptions(const SinkOptions& options, rocksdb::Env* env,
                               std::shared_ptr<rocksdb::Cache> cache,
                               const std::shared_ptr<MemtableUse>& use = nullptr) {
  rocksdb::Options rocks;
  rocks.env = env;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableFileOptions(std::move(cache))));
  if (use != nullptr) rocks.write_buffer_manager = use->budget();
  rocks.memtable_factory = NewHashMemtableFactory(options.write_buffer_bytes, use);
  rocks.allow_concurrent_memtable_write = false;  // one thread commits at a time as it is
  rocks.paranoid_checks = true;
  rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocks.compaction_style = rocksdb::kCompactionStyleUniversal;
  rocks.info_log = NewLogAdapter(options.logger);
  rocks.info_log_level = rocks.info_log->GetInfoLogLevel();
  rocks.db_host_id = "";
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  return rocks;
}

}  // namespace

rocksdb::Options ReaderOptions(const SinkOptions& options, rocksdb::Env* env,
                               std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::Options rocks = CommonOptions(options, env, std::move(cache));
  rocks.max_open_files = -1;
  return rocks;
}

// With a limit to the open files: without one RocksDB may take a store for one that has no logs.
rocksdb::Options ExaminerOptions(const SinkOptions& options, rocksdb::Env* env) {
  rocksdb::Options rocks = CommonOptions(options, env, rocksdb::NewLRUCache(kExaminerCacheBytes));
  rocks.max_open_files = kOpenFilesMax;
  return rocks;
}

rocksdb::Options WriterOptions(const SinkOptions& options, rocksdb::Env* env,
                               std::shared_ptr<rocksdb::Cache> cache,
                               std::shared_ptr<rocksdb::EventListener> listener,
                               const std::shared_ptr<MemtableUse>& use) {
  rocksdb::Options rocks = CommonOptions(options, env, std::move(cache), use);
  if (use != nullptr) rocks.listeners.push_back(NewFlushListener(use));
  rocks.listeners.push_back(std::move(listener));
  rocks.max_bgerror_resume_count = 0;
  rocks.track_and_verify_wals_in_manifest = false;
  rocks.recycle_log_file_num = 0;
  rocks.unordered_write = false;
  rocks.two_write_queues = false;
  rocks.manual_wal_flush = false;
  rocks.write_buffer_size = options.write_buffer_bytes;
  rocks.max_write_buffer_number = 2;
  rocks.max_total_wal_size = kWalWriteBuffers * options.write_buffer_bytes;
  rocks.level0_file_num_compaction_trigger = kRunsBeforeMerge;
  rocks.max_background_jobs = kBackgroundJobs;
  rocks.max_subcompactions = kPartsOfAMerge;
  rocks.max_open_files = kOpenFilesMax;
  rocks.compression = ChooseCompression();
  return rocks;
}

// Where the directory cannot be listed RocksDB will say so.
rocksdb::Options ForOpening(rocksdb::Options options, const std::string& directory) {
  std::vector<std::string> names;
  options.env->GetChildren(directory, &names).PermitUncheckedError();
  const auto files = std::count_if(names.begin(), names.end(),
                                   [](const std::string& name) { return name.ends_with(".sst"); });
  options.max_file_opening_threads = static_cast<int>(
      std::clamp<std::ptrdiff_t>(files / kFilesAnOpeningThread, 1, kOpeningThreadsMax));
  return options;
}

}  // namespace idem::storage
