// SPDX-License-Identifier: Apache-2.0
//
// What sits between a writing RocksDB and its files: it keeps the marks of the FileGuard, and it
// puts the logs in order.
//
// A write-ahead log is durable before the next one is begun. RocksDB begins a new log with every
// memtable and leaves the old one unsynced until somebody asks for a sync or the memtable is a
// sorted file. A system that writes back the new log first and then loses its power leaves a hole:
// commits of the old log's end are missing, later ones are there. No recovery mode notices when the
// old log ends between two records. That would break the order of commits (S-2), so one sync a
// memtable is the price of it.
#pragma once

#include "storage/rocks/file_guard.h"
#include "storage/rocks/log_gate.h"

#include <rocksdb/env.h>

#include <memory>

namespace idem::storage {

// `env`, but with guarded files, as long as they are `owned`. `env` must outlive it. A log that
// cannot be written to closes `gate`.
std::unique_ptr<rocksdb::Env> NewGuardedEnv(rocksdb::Env* env,
                                            std::shared_ptr<WatermarkFile> watermark, Owned owned,
                                            std::shared_ptr<const Creation> creation,
                                            std::shared_ptr<LogGate> gate);

}  // namespace idem::storage
