// SPDX-License-Identifier: Apache-2.0

#include <idem/memory_budget.h>

#include "storage/rocks/memory_budget_impl.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace idem {
namespace {

constexpr std::size_t kActiveShare = 2;  // what no flush has begun for is at most half
constexpr std::size_t kFloorShare = 4;   // of a write buffer: below it nobody waits
constexpr std::size_t kWorthShare = 8;   // of a write buffer: less is not worth a file

}  // namespace

MemoryBudget::MemoryBudget(const MemoryBudgetOptions& options)
    : impl_(std::make_shared<MemoryBudgetImpl>(options)) {}
MemoryBudget::~MemoryBudget() = default;
MemoryUsage MemoryBudget::ReadUsage() const { return impl_->usage(); }

MemoryBudgetImpl::MemoryBudgetImpl(const MemoryBudgetOptions& options)
    : limit_(options.write_buffer_bytes),
      cache_(rocksdb::NewLRUCache(options.cache_bytes)),
      buffers_(std::make_shared<rocksdb::WriteBufferManager>(limit_)) {}

std::shared_ptr<rocksdb::Cache> MemoryBudgetImpl::CacheOf(const SinkOptions& options) {
  const auto budget = Of(options);
  return budget != nullptr ? budget->cache_ : rocksdb::NewLRUCache(options.cache_bytes);
}

SinkOptions MemoryBudgetImpl::Within(SinkOptions options) {
  const auto budget = Of(options);
  if (budget == nullptr || budget->limit_ == 0) return options;
  options.write_buffer_bytes = std::min(options.write_buffer_bytes, budget->limit_ / kActiveShare);
  return options;
}

std::shared_ptr<storage::MemtableUse> MemoryBudgetImpl::UseOf(const SinkOptions& options) {
  const auto budget = Of(options);
  return budget == nullptr ? nullptr : std::make_shared<storage::MemtableUse>(budget->buffers_);
}

MemoryUsage MemoryBudgetImpl::usage() const {
  return {buffers_->memory_usage(), cache_->GetUsage()};
}

bool MemoryBudgetImpl::Member::HasShare(std::size_t share) const {
  return use->active_bytes() >= write_buffer_bytes / share;
}

void MemoryBudgetImpl::Join(const Parts& store) {
  auto flush = std::make_unique<storage::BackgroundFlush>(store.db, store.queue, store.health);
  const std::size_t write_buffer = store.db->GetOptions().write_buffer_size;
  const std::lock_guard lock(mutex_);
  stores_.push_back({store.db, store.health, store.use, write_buffer, std::move(flush)});
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
  const Member* own = Find(db);
  if (!IsFull() || own == nullptr) return false;
  if (own->use->is_flushing()) return true;
  if (own->health->is_poisoned() || !own->HasShare(kFloorShare)) return false;
  own->flush->Ask();
  return !own->flush->is_over();
}

bool MemoryBudgetImpl::Stops(rocksdb::DB* db) const {
  if (limit_ == 0 || !IsFull()) return false;
  const std::lock_guard lock(mutex_);
  const Member* own = Find(db);
  return own != nullptr && (own->use->is_flushing() || own->HasShare(kFloorShare));
}

// A store whose flush is under way is left alone: a second one would only make its files smaller.
// One that can begin no flush any more is passed over. And a store that holds next to nothing is
// not worth a file: an empty memtable takes a little memory too, so many stores may hold no more.
void MemoryBudgetImpl::FlushLargest() const {
  const Member* largest = nullptr;
  std::uint64_t most = 0;
  std::uint64_t asked = 0;
  for (const Member& member : stores_) {
    // A forked child has the entry, but no right to the store.
    if (member.flush->InForkedChild() || member.flush->is_over()) continue;
    if (member.health->is_poisoned()) continue;
    const std::uint64_t bytes = member.use->active_bytes();
    if (member.flush->is_asked()) asked += bytes;
    if (member.flush->is_asked() || member.use->is_flushing()) continue;
    if (bytes <= most || bytes < member.write_buffer_bytes / kWorthShare) continue;
    most = bytes;
    largest = &member;
  }
  if (largest == nullptr) return;
  if (buffers_->mutable_memtable_memory_usage() < limit_ / kActiveShare + asked) return;
  largest->flush->Ask();
}

}  // namespace idem
