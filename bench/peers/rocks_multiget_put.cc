// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_multiget_put.h"

#include <optional>
#include <unordered_map>
#include <vector>

#include "peers/rocks_peer.h"
#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

class RocksMultiGetPut final : public RocksPeer {
 public:
  using RocksPeer::RocksPeer;

  void Apply(std::span<const Record> batch) override {
    Gather(batch);
    versions_.clear();
    for (std::size_t i = 0; i < unseen_.size(); ++i) {
      const Record& record = *unseen_[i];
      const auto at = versions_.try_emplace(record.key, StoredVersion(i)).first;
      if (at->second >= record.version) continue;
      at->second = record.version;
      Stage(record);
    }
    Write(batch);
  }

 private:
  void Gather(std::span<const Record> batch) {
    unseen_.clear();
    keys_.clear();
    for (const Record& record : batch) {
      if (Seen(record)) continue;
      unseen_.push_back(&record);
      keys_.emplace_back(record.key.data(), record.key.size());
    }
    values_.resize(keys_.size());
    statuses_.resize(keys_.size());
    for (rocksdb::PinnableSlice& value : values_) value.Reset();
    if (keys_.empty()) return;
    db()->MultiGet({}, db()->DefaultColumnFamily(), keys_.size(), keys_.data(), values_.data(),
                   statuses_.data());
  }

  std::optional<std::int64_t> StoredVersion(std::size_t i) const {
    if (statuses_[i].IsNotFound()) return std::nullopt;
    Check(statuses_[i]);
    return NumberIn(values_[i].ToStringView());
  }

  std::vector<const Record*> unseen_;
  std::vector<rocksdb::Slice> keys_;
  std::vector<rocksdb::PinnableSlice> values_;
  std::vector<rocksdb::Status> statuses_;

  // What is stored, and what came earlier in the same batch.
  std::unordered_map<std::string_view, std::optional<std::int64_t>> versions_;
};

}  // namespace

std::unique_ptr<Peer> OpenRocksMultiGetPut(const PeerOptions& options) {
  return std::make_unique<RocksMultiGetPut>(options);
}

}  // namespace idem::bench
