// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_get_put.h"

#include <optional>
#include <unordered_map>

#include "peers/rocks_peer.h"
#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

class RocksGetPut final : public RocksPeer {
 public:
  using RocksPeer::RocksPeer;

  void Apply(std::span<const Record> batch) override {
    versions_.clear();
    for (const Record& record : batch) {
      if (Seen(record)) continue;
      const auto [at, first] = versions_.try_emplace(record.key);
      if (first) at->second = StoredVersion(record.key);
      if (at->second >= record.version) continue;
      at->second = record.version;
      Stage(record);
    }
    Write(batch);
  }

 private:
  std::optional<std::int64_t> StoredVersion(std::string_view key) {
    value_.Reset();
    const rocksdb::Status status =
        db()->Get({}, db()->DefaultColumnFamily(), {key.data(), key.size()}, &value_);
    if (status.IsNotFound()) return std::nullopt;
    Check(status);
    return NumberIn(value_.ToStringView());
  }

  // The batch being written is not visible to Get.
  std::unordered_map<std::string_view, std::optional<std::int64_t>> versions_;
  rocksdb::PinnableSlice value_;
};

}  // namespace

std::unique_ptr<Peer> OpenRocksGetPut(const PeerOptions& options) {
  return std::make_unique<RocksGetPut>(options);
}

}  // namespace idem::bench
