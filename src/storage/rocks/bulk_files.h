// SPDX-License-Identifier: Apache-2.0
//
// BulkFiles: one plan as sorted files, from their making until RocksDB takes them over in one step.
//
// They are made in the store's directory under names of idem's, which RocksDB does not know and so
// never removes. Taking one over is a rename to a name of RocksDB's (owned_files.h). What is left
// under the old names, because a commit was refused or its process killed, was never part of the
// store: the next writer removes it.
#pragma once

#include "storage/store.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class SstFileWriter;
}  // namespace rocksdb

namespace idem::storage {

// Whether `path` is of a file that is not taken over.
bool IsBulkFile(std::string_view path);

// Removes what an earlier process left. REQUIRES: the directory is this process's to change.
rocksdb::Status RemoveBulkFiles(rocksdb::FileSystem* files, const std::string& directory);

class BulkFiles {
 public:
  // `db` was opened with `options`. Both must outlive it.
  BulkFiles(rocksdb::DB* db, const rocksdb::Options& options);
  // Removes the files that were not taken over.
  ~BulkFiles();
  BulkFiles(const BulkFiles&) = delete;
  BulkFiles& operator=(const BulkFiles&) = delete;

  // Writes and syncs the files. Once at most. Errors, without any effect on the store: kNoSpace,
  // kIoError.
  Result<void> Make(std::span<const Write> writes);

  // Makes all entries part of the store, durably and at once. Fails without effect when the
  // memtable is not empty; after any other failure the outcome is unknown.
  rocksdb::Status Ingest();

 private:
  rocksdb::Status WriteSorted(std::span<const Write> writes);
  rocksdb::Status Add(const Write& write);
  rocksdb::Status FinishFile();

  rocksdb::DB* const db_;
  const rocksdb::Options& options_;
  std::vector<std::string> paths_;
  std::unique_ptr<rocksdb::SstFileWriter> file_;  // null: none is begun
  std::uint64_t file_bytes_ = 0;                  // of entries, in file_
  std::string value_;                             // of one entry, put together
};

}  // namespace idem::storage
