// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/key_filter.h"

#include "base/log.h"
#include "codec/keyspace.h"
#include "storage/rocks/entropy.h"
#include "storage/rocks/iterator_factory.h"
#include "storage/rocks/status.h"

#include <xxhash.h>

#include <string>
#include <utility>

namespace idem::storage {
namespace {

// Over its capacity the filter says "maybe" ever more often. At this many times of it two answers
// of three are, and a scan that fills it is not worth its time.
constexpr std::uint64_t kOverfullTimes = 4;
constexpr std::uint64_t kProgressKeys = 1'000'000;

constexpr codec::Space kFiltered[] = {codec::Space::kEvent, codec::Space::kRow};

bool IsFiltered(std::string_view key) {
  if (key.empty()) return false;
  const auto space = static_cast<codec::Space>(key.front());
  return space == kFiltered[0] || space == kFiltered[1];
}

std::uint64_t EstimateKeys(rocksdb::DB* db) {
  std::uint64_t keys = 0;
  return db->GetIntProperty(rocksdb::DB::Properties::kEstimateNumKeys, &keys) ? keys : 0;
}

}  // namespace

Result<std::unique_ptr<KeyFilter>> KeyFilter::Build(rocksdb::DB* db, std::size_t bytes,
                                                    Logger* logger) {
  if (bytes == 0) return std::unique_ptr<KeyFilter>();
  std::unique_ptr<BlockedBloom> bloom = BlockedBloom::Create(bytes);
  if (bloom == nullptr || EstimateKeys(db) > bloom->capacity() * kOverfullTimes) {
    base::Log(logger, LogLevel::kWarning,
              "no filter for new keys: {} keys do not fit filter_bytes = {}", EstimateKeys(db),
              bytes);
    return std::unique_ptr<KeyFilter>();
  }
  Result<std::uint64_t> seed = RandomNumber();
  if (!seed) return seed.error();
  std::unique_ptr<KeyFilter> filter(new KeyFilter(std::move(bloom), *seed, logger));
  if (Result<void> added = filter->AddAll(db); !added) return added.error();
  return filter;
}

Result<void> KeyFilter::AddAll(rocksdb::DB* db) {
  for (const codec::Space space : kFiltered) {
    const std::string begin = codec::SpaceKey(space);
    const std::string end = codec::PrefixEnd(begin);
    const rocksdb::Slice upper_bound(end);
    const std::unique_ptr<rocksdb::Iterator> scan = NewScan(db, nullptr, &upper_bound);
    for (scan->Seek(begin); scan->Valid(); scan->Next()) {
      Add({scan->key().data(), scan->key().size()});
      if (added_ % kProgressKeys == 0) {
        base::Log(logger_, LogLevel::kInfo, "filling the filter for new keys: {} keys",
                  added_.load());
      }
    }
    if (!scan->status().ok()) return ReadError(scan->status());
  }
  return {};
}

void KeyFilter::Add(std::string_view key) {
  if (!IsFiltered(key)) return;
  bloom_->Add(Hash(key));
  // An update adds its key again; the count is of calls, and only says when to warn.
  if (added_.fetch_add(1, std::memory_order_relaxed) == bloom_->capacity()) {
    base::Log(logger_, LogLevel::kWarning,
              "the filter for new keys is full at {} keys and new keys will be read more often; "
              "raise SinkOptions::filter_bytes",
              bloom_->capacity());
  }
}

bool KeyFilter::MayContain(std::string_view key) const {
  return !IsFiltered(key) || bloom_->MayContain(Hash(key));
}

std::uint64_t KeyFilter::Hash(std::string_view key) const noexcept {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed_);
}

}  // namespace idem::storage
