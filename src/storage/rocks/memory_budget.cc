// SPDX-License-Identifier: Apache-2.0

#include <idem/memory_budget.h>

#include "storage/rocks/memory_budget_impl.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace idem {
namespace {

constexpr std::size_t kActiveShare = 2;  // what no flush has begun for is at most half
constexpr std::size_t kFloorShare = 4;   // of a write buffer: below it nobody waits
constexpr std::size_t kWorthShare = 8;   // of a write buffer: less is not worth a file

std::uint64_t Number(rocksdb::DB* db, const std::string& property) {
  std::uint64_t value = 0;
  db->GetIntProperty(property, &value);
  return value;
}

std::uint64_t ActiveBytes(rocksdb::DB* db) {
  return Number(db, rocksdb::DB::Properties::kCurSizeActiveMemTable);
}

bool IsFlushing(rocksdb::DB* db) {
  return Number(db, rocksdb::DB::Properties::kNumImmutableMemTable) > 0;
}

}  // namespace

MemoryBudget::MemoryBudget(const MemoryBudgetOptions& options)
    : impl_(std::make_unique<MemoryBudgetImpl>(options)) {}
MemoryBudget::~MemoryBudget() = default;
MemoryUsage MemoryBudget::ReadUsage() const { return impl_->usage(); }

MemoryBudgetImpl::MemoryBudgetImpl(const MemoryBudgetOptions& options)
    : limit_(options.write_buffer_bytes),
      cache_(rocksdb::NewLRUCache(options.cache_bytes)),
      buffers_(std::make_shared<rocksdb::WriteBufferManager>(limit_)) {}

std::shared_ptr<rocksdb::Cache> MemoryBudgetImpl::CacheOf(const SinkOptions& options) {
  const MemoryBudgetImpl* budget = Of(options);
  return budget != nullptr ? budget->cache_ : rocksdb::NewLRUCache(options.cache_bytes);
}

SinkOptions MemoryBudgetImpl::Within(SinkOptions options) {
  const MemoryBudgetImpl* budget = Of(options);
  if (budget == nullptr || budget->limit_ == 0) return options;
  options.write_buffer_bytes = std::min(options.write_buffer_bytes, budget->limit_ / kActiveShare);
  return options;
}

MemoryUsage MemoryBudgetImpl::usage() const {
  return {buffers_->memory_usage(), cache_->GetUsage()};
}

bool MemoryBudgetImpl::Member::HasShare(std::size_t share) const {
  return ActiveBytes(db) >= write_buffer_bytes / share;
}

void MemoryBudgetImpl::Join(rocksdb::DB* db) {
  auto flush = std::make_unique<storage::BackgroundFlush>(db);
  const std::size_t write_buffer = db->GetOptions().write_buffer_size;
  const std::lock_guard lock(mutex_);
  stores_.push_back({db, write_buffer, std::move(flush)});
}

void MemoryBudgetImpl::Leave(rocksdb::DB* db) {
  std::unique_ptr<storage::BackgroundFlush> flush;  // ends without the mutex: it may have to wait
  const std::lock_guard lock(mutex_);
  const auto own = std::find_if(stores_.begin(), stores_.end(),
                                [db](const Member& member) { return member.db == db; });
  if (own == stores_.end()) return;
  flush = std::move(own->flush);
  stores_.erase(own);
}

const MemoryBudgetImpl::Member* MemoryBudgetImpl::Find(const rocksdb::DB* db) const {
  const auto own = std::find_if(stores_.begin(), stores_.end(),
                                [db](const Member& member) { return member.db == db; });
  return own == stores_.end() ? nullptr : &*own;
}

bool MemoryBudgetImpl::MustWait(rocksdb::DB* db) {
  const std::size_t active = limit_ / kActiveShare;
  if (limit_ == 0 || (buffers_->mutable_memtable_memory_usage() < active && !IsFull())) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  FlushLargest();
  if (!IsFull()) return false;
  if (IsFlushing(db)) return true;
  const Member* own = Find(db);
  if (own == nullptr || !own->HasShare(kFloorShare)) return false;
  own->flush->Ask();
  return !own->flush->is_over();
}

bool MemoryBudgetImpl::Stops(rocksdb::DB* db) const {
  if (limit_ == 0 || !IsFull()) return false;
  if (IsFlushing(db)) return true;
  const std::lock_guard lock(mutex_);
  const Member* own = Find(db);
  return own != nullptr && own->HasShare(kFloorShare);
}

// A store that has one under way is left alone: two would only make its files smaller. Where none
// can begin any more the next largest has to do. Of many stores each may have next to nothing: an
// empty memtable takes a little, too.
void MemoryBudgetImpl::FlushLargest() const {
  const Member* largest = nullptr;
  std::uint64_t most = 0;
  std::uint64_t asked = 0;
  for (const Member& member : stores_) {
    // A forked child has the entry, but no right to the store.
    if (member.flush->InForkedChild() || member.flush->is_over()) continue;
    const std::uint64_t bytes = ActiveBytes(member.db);
    if (member.flush->is_asked()) asked += bytes;
    if (member.flush->is_asked() || IsFlushing(member.db)) continue;
    if (bytes <= most || bytes < member.write_buffer_bytes / kWorthShare) continue;
    most = bytes;
    largest = &member;
  }
  if (largest == nullptr) return;
  if (buffers_->mutable_memtable_memory_usage() < limit_ / kActiveShare + asked) return;
  largest->flush->Ask();
}

}  // namespace idem
