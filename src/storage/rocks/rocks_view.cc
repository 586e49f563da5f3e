// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/rocks_view.h"

#include "codec/keyspace.h"
#include "storage/rocks/iterator_factory.h"
#include "storage/rocks/status.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

class RocksReadResult final : public ReadResult {
 public:
  explicit RocksReadResult(std::shared_ptr<rocksdb::Cache> cache) : cache_(std::move(cache)) {}

  Result<void> Read(rocksdb::DB* db, std::span<const std::string_view> keys) {
    Release();
    ChooseKeys(keys);
    if (!slices_.empty()) {
      if (pinned_.size() < slices_.size()) pinned_.resize(slices_.size());
      statuses_.resize(slices_.size());
      used_ = slices_.size();
      db->MultiGet(VerifiedReadOptions(nullptr), db->DefaultColumnFamily(), slices_.size(),
                   slices_.data(), pinned_.data(), statuses_.data(), /*sorted_input=*/true);
    }
    return Publish(keys);
  }

 private:
  void Release() {
    values.clear();
    for (std::size_t i = 0; i < used_; ++i) pinned_[i].Reset();
    used_ = 0;
  }

  // The keys to look up, ascending and each once, as MultiGet reads them best.
  void ChooseKeys(std::span<const std::string_view> keys) {
    order_.resize(keys.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(),
              [&keys](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    slices_.clear();
    for (const std::size_t i : order_) {
      if (slices_.empty() || ToView(slices_.back()) != keys[i]) slices_.push_back(ToSlice(keys[i]));
    }
  }

  Result<void> Publish(std::span<const std::string_view> keys) {
    for (const rocksdb::Status& status : std::span(statuses_).first(used_)) {
      if (!status.ok() && !status.IsNotFound()) return ReadError(status);
    }
    values.assign(keys.size(), std::nullopt);
    std::size_t slot = 0;
    for (const std::size_t i : order_) {
      if (ToView(slices_[slot]) != keys[i]) ++slot;
      if (statuses_[slot].ok()) values[i] = ToView(pinned_[slot]);
    }
    return {};
  }

  // The order matters: what is pinned is given back to the cache.
  std::shared_ptr<rocksdb::Cache> cache_;
  std::vector<rocksdb::PinnableSlice> pinned_;
  std::size_t used_ = 0;  // how many of pinned_ hold something
  std::vector<rocksdb::Status> statuses_;
  std::vector<std::size_t> order_;  // indices into the keys asked for, by key
  std::vector<rocksdb::Slice> slices_;
};

class RocksCursor final : public StoreCursor {
 public:
  RocksCursor(std::shared_ptr<const Pin> pin, std::string_view begin, std::string_view end)
      : pin_(std::move(pin)),
        begin_(begin),
        end_(end),
        upper_bound_(end_),
        iterator_(NewScan(pin_->db(), pin_->snapshot(), end.empty() ? nullptr : &upper_bound_)) {}

  Result<bool> Next() override {
    return Guarded([this]() -> Result<bool> {
      if (at_end_) return false;
      if (failure_) return *failure_;
      started_ ? iterator_->Next() : iterator_->Seek(begin_);
      started_ = true;
      if (iterator_->Valid()) return true;
      const rocksdb::Status status = iterator_->status();
      at_end_ = status.ok();
      if (at_end_) return false;
      failure_ = ReadError(status);
      return *failure_;
    });
  }

  std::string_view key() const override { return ToView(iterator_->key()); }
  std::string_view value() const override { return ToView(iterator_->value()); }

 private:
  std::shared_ptr<const Pin> pin_;
  std::string begin_;
  std::string end_;
  rocksdb::Slice upper_bound_;  // the iterator keeps its address
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::optional<Error> failure_;
  bool started_ = false;
  bool at_end_ = false;
};

class RocksView final : public StoreView {
 public:
  explicit RocksView(std::shared_ptr<const Pin> pin) : pin_(std::move(pin)) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    return Guarded([&] { return ReadKey(pin_->db(), pin_->snapshot(), key); });
  }

  Result<std::unique_ptr<StoreCursor>> Scan(std::string_view begin,
                                            std::string_view end) const override {
    return Guarded([&]() -> Result<std::unique_ptr<StoreCursor>> {
      return std::unique_ptr<StoreCursor>(std::make_unique<RocksCursor>(pin_, begin, end));
    });
  }

 private:
  std::shared_ptr<const Pin> pin_;
};

}  // namespace

Pin::~Pin() {
  if (snapshot_ != nullptr) db_->ReleaseSnapshot(snapshot_);
}

std::unique_ptr<StoreView> NewRocksView(std::shared_ptr<const Pin> pin) {
  return std::make_unique<RocksView>(std::move(pin));
}

std::unique_ptr<ReadResult> NewRocksReadResult(std::shared_ptr<rocksdb::Cache> cache) {
  return std::make_unique<RocksReadResult>(std::move(cache));
}

Result<void> ReadKeys(rocksdb::DB* db, std::span<const std::string_view> keys, ReadResult* result) {
  return Guarded([&] { return static_cast<RocksReadResult*>(result)->Read(db, keys); });
}

Result<std::optional<std::string>> ReadKey(rocksdb::DB* db, const rocksdb::Snapshot* snapshot,
                                           std::string_view key) {
  std::string value;
  const rocksdb::Status status = db->Get(VerifiedReadOptions(snapshot), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return ReadError(status);
  return std::optional<std::string>(std::move(value));
}

Result<void> CheckHeader(rocksdb::DB* db, const codec::FormatHeader& header,
                         std::string_view directory) {
  auto stored = ReadKey(db, nullptr, codec::SpaceKey(codec::Space::kFormat));
  if (!stored) return stored.error();
  std::string expected;
  codec::AppendFormatHeader(header, &expected);
  if (*stored == expected) return {};
  return CorruptionError(std::string(directory) + " holds files of another store, or damaged ones");
}

}  // namespace idem::storage
