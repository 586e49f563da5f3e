// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_blind_put.h"

#include <rocksdb/memtablerep.h>

#include <memory>

#include "peers/rocks_peer.h"

namespace idem::bench {
namespace {

constexpr std::size_t kLargeBufferBytes = 128 << 20;
constexpr int kFilesUntilCompaction = 12;

class RocksBlindPut final : public RocksPeer {
 public:
  using RocksPeer::RocksPeer;

  void Apply(std::span<const Record> batch) override {
    for (const Record& record : batch) Stage(record);
    Write(batch);
  }
};

}  // namespace

std::unique_ptr<Peer> OpenRocksBlindPut(const PeerOptions& options) {
  return std::make_unique<RocksBlindPut>(options);
}

std::unique_ptr<Peer> OpenRocksBlindPutBest(const PeerOptions& options) {
  rocksdb::Options engine = EngineOptions();
  engine.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
  engine.allow_concurrent_memtable_write = false;  // such a memtable takes one writer
  engine.write_buffer_size = kLargeBufferBytes;
  engine.compaction_style = rocksdb::kCompactionStyleUniversal;
  engine.level0_file_num_compaction_trigger = kFilesUntilCompaction;
  return std::make_unique<RocksBlindPut>(options, OpenDb(options.directory, engine));
}

}  // namespace idem::bench
