// SPDX-License-Identifier: Apache-2.0
//
// RocksPeer: what the peers on plain RocksDB share: key -> version and value, and the offset
// under a key of its own, all in one WriteBatch.
//
// Settings: as idem sets up its own engine are block cache, Bloom filters, compression, checksums,
// and the threads of flushes and merges. The rest is RocksDB's own, where idem chose for its job:
// these merge by levels, with RocksDB's usual 64 MB of write buffer and its skip list, have filter
// and index of a file in one piece, and leave every file open.
//
// All leave out: verdicts, row count, digest; checkpoints of more than one offset.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "peers/offset_tracker.h"
#include "peers/peer.h"

namespace idem::bench {

void Check(const rocksdb::Status& status);

// Those settings.
rocksdb::Options EngineOptions();
std::unique_ptr<rocksdb::DB> OpenDb(const std::filesystem::path& directory,
                                    const rocksdb::Options& options);

inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

class RocksPeer : public Peer {
 public:
  explicit RocksPeer(const PeerOptions& options)
      : RocksPeer(options, OpenDb(options.directory, EngineOptions())) {}
  RocksPeer(const PeerOptions& options, std::unique_ptr<rocksdb::DB> db);
  ~RocksPeer() override = default;
  void Scan(const RowVisitor& visit) const final;
  std::int64_t Next() const final;

 protected:
  rocksdb::DB* db() const { return db_.get(); }
  const rocksdb::WriteOptions& write_options() const { return write_options_; }
  bool Seen(const Record& record) const { return tracker_.Seen(record); }

  // Puts the record into the batch that Write writes.
  void Stage(const Record& record);

  // Writes what was staged, with the offset after `records` when it moved.
  void Write(std::span<const Record> records);

  // For those that write by other means: the key and value of the offset after `records`, when it
  // moved. Valid until the next call.
  bool Advance(std::span<const Record> records, rocksdb::Slice* key, rocksdb::Slice* value);

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_options_;
  rocksdb::WriteBatch staged_;
  OffsetTracker tracker_;
  std::int64_t next_ = 0;
};

}  // namespace idem::bench
