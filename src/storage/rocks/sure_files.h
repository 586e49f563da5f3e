// SPDX-License-Identifier: Apache-2.0
//
// Sorted files of which those reads cannot fail whose failure RocksDB overlooks.
//
// RocksDB 7.8 opens a sorted file without its properties when these cannot be read, and goes on. In
// the properties of a file that was taken over stands that all its entries have the sequence number
// of that moment; without them each counts as the oldest there is, and an old version of a row wins
// over it. And where it takes a file over, it looks at the first and the last key without asking
// whether they could be read.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace idem::storage {

// Reads the end of `*file`, which is `path`, now: what RocksDB does not look at twice can then be
// read as long as the file is open.
rocksdb::IOStatus MakeSure(rocksdb::FileSystem* files, const std::string& path,
                           std::unique_ptr<rocksdb::FSRandomAccessFile>* file);

// Reads all of `path` now, so that no later read can fail.
rocksdb::IOStatus NewFileInMemory(rocksdb::FileSystem* files, const std::string& path,
                                  std::unique_ptr<rocksdb::FSRandomAccessFile>* file);

}  // namespace idem::storage
