// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_blind_put.h"

#include "peers/rocks_peer.h"

namespace idem::bench {
namespace {

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

}  // namespace idem::bench
