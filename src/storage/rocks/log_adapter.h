// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's own log, handed on to the host's logger. Without one it goes nowhere: RocksDB by itself
// writes a LOG file with host name, paths and options into the store's directory, and a second
// process that merely fails to open the store would rotate the first one's.
#pragma once

#include <idem/logger.h>

#include <rocksdb/env.h>

#include <memory>

namespace idem::storage {

// `logger` may be null and must outlive the result otherwise.
std::shared_ptr<rocksdb::Logger> NewLogAdapter(Logger* logger);

}  // namespace idem::storage
