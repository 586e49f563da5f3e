// SPDX-License-Identifier: Apache-2.0
//
// BatchSeal: whether a write batch still is what it was when it was filled. Memory that changes
// while RocksDB writes the batch would otherwise be written with a valid checksum. RocksDB can
// guard each entry by itself, at a tenth of the time of a commit; this guards all of them at once.
//
// Thread-safety: immutable.
#pragma once

#include <rocksdb/status.h>
#include <rocksdb/write_batch.h>
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace idem::storage {

class BatchSeal {
 public:
  explicit BatchSeal(const rocksdb::WriteBatch& batch) : hash_(HashOf(batch.Data())) {}

  bool Holds(const rocksdb::WriteBatch& batch) const { return HashOf(batch.Data()) == hash_; }

  // `written`, what RocksDB said, unless the batch changed meanwhile.
  rocksdb::Status Check(const rocksdb::WriteBatch& batch, rocksdb::Status written) const {
    if (!written.ok() || Holds(batch)) return written;
    return rocksdb::Status::Corruption("the batch changed in memory while it was written");
  }

 private:
  // RocksDB numbers the batch in its first bytes. The count that follows belongs to the content.
  static constexpr std::size_t kSequenceBytes = 8;

  static std::uint64_t HashOf(const std::string& bytes) {
    return XXH3_64bits(bytes.data() + kSequenceBytes, bytes.size() - kSequenceBytes);
  }

  const std::uint64_t hash_;
};

}  // namespace idem::storage
