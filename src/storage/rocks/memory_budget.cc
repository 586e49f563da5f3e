// SPDX-License-Identifier: Apache-2.0

#include <idem/memory_budget.h>

#include "storage/rocks/memory_budget_impl.h"

#include <unistd.h>

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

bool HasShare(rocksdb::DB* db, std::size_t share) {
  return ActiveBytes(db) >= db->GetOptions().write_buffer_size / share;
}

bool BeginFlush(rocksdb::DB* db) {
  rocksdb::FlushOptions flush;
  flush.wait = false;
  flush.allow_write_stall = true;  // to wait for less pressure would be to wait for this flush
  return db->Flush(flush).ok();
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

void MemoryBudgetImpl::Join(rocksdb::DB* db) {
  const std::lock_guard lock(mutex_);
  stores_.push_back({db, ::getpid()});
}

void MemoryBudgetImpl::Leave(rocksdb::DB* db) {
  const std::lock_guard lock(mutex_);
  std::erase_if(stores_, [db](const Member& member) { return member.db == db; });
}

bool MemoryBudgetImpl::MustWait(rocksdb::DB* db) {
  if (limit_ == 0) return false;
  if (buffers_->mutable_memtable_memory_usage() >= limit_ / kActiveShare) FlushLargest();
  if (buffers_->memory_usage() < limit_) return false;
  if (IsFlushing(db)) return true;
  return HasShare(db, kFloorShare) && BeginFlush(db);
}

bool MemoryBudgetImpl::Stops(rocksdb::DB* db) const {
  if (limit_ == 0 || buffers_->memory_usage() < limit_) return false;
  return IsFlushing(db) || HasShare(db, kFloorShare);
}

// A store that has one under way is left alone: two would only make its files smaller. One that
// cannot is poisoned or has lost its files, and the next largest has to do. Of many stores each may
// have next to nothing: an empty memtable takes a little, too.
void MemoryBudgetImpl::FlushLargest() {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, rocksdb::DB*>> candidates;
  for (const auto& [db, process] : stores_) {
    if (process != ::getpid() || IsFlushing(db) || !HasShare(db, kWorthShare)) continue;
    candidates.emplace_back(ActiveBytes(db), db);
  }
  std::sort(candidates.rbegin(), candidates.rend());
  for (const auto& [bytes, db] : candidates) {
    if (BeginFlush(db)) return;
  }
}

}  // namespace idem
