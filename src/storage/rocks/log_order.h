// SPDX-License-Identifier: Apache-2.0
//
// LogOrder: a write-ahead log is durable before the next one is begun.
//
// RocksDB begins a new log with every memtable and leaves the old one unsynced until somebody asks
// for a sync or the memtable is a sorted file. A system that writes back the new log first and then
// loses its power leaves a hole: commits of the old log's end are missing, later ones are there. No
// recovery mode notices when the old log ends between two records. That would break the order of
// commits (S-2), so one sync a memtable is the price of it.
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace idem::storage {

// `env`, but with ordered logs. `env` must outlive it.
std::unique_ptr<rocksdb::Env> NewLogOrderEnv(rocksdb::Env* env);

}  // namespace idem::storage
