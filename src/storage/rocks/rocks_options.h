// SPDX-License-Identifier: Apache-2.0
//
// Every RocksDB option that is not at its default, in one place. docs/internals/storage.md gives
// the reason for each.
#pragma once

#include <idem/options.h>

#include "storage/rocks/memtable_use.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <memory>
#include <string>

namespace idem::storage {

// So many sorted runs (files of level 0, and levels below it) there may be before some are merged.
inline constexpr int kRunsBeforeMerge = 10;

rocksdb::Options ReaderOptions(const SinkOptions& options, rocksdb::Env* env,
                               std::shared_ptr<rocksdb::Cache> cache);

// Of who looks at a store that nobody writes to, and changes nothing.
rocksdb::Options ExaminerOptions(const SinkOptions& options, rocksdb::Env* env);

// `use` counts the memtables; it may be null.
rocksdb::Options WriterOptions(const SinkOptions& options, rocksdb::Env* env,
                               std::shared_ptr<rocksdb::Cache> cache,
                               std::shared_ptr<rocksdb::EventListener> listener,
                               const std::shared_ptr<MemtableUse>& use);

// `options` for one opening of this directory. RocksDB begins all the threads that it may look at
// sorted files with, however few there are, and twice in each opening of a writer.
rocksdb::Options ForOpening(rocksdb::Options options, const std::string& directory);

}  // namespace idem::storage
