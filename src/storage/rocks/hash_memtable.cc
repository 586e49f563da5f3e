// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/hash_memtable.h"

#include "storage/rocks/entropy.h"
#include "storage/rocks/entry_arena.h"
#include "storage/rocks/retired_memory.h"
#include "storage/rocks/runs_iterator.h"
#include "storage/rocks/sorted_runs.h"

#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::size_t kBytesPerBucket = 256;
constexpr std::size_t kPiecesPerMemtable = 8;

// Stands in front of each entry in the arena.
struct Node {
  Node* before = nullptr;     // the one inserted before it
  Node* in_bucket = nullptr;  // the next older one there

  const char* entry() const { return reinterpret_cast<const char*>(this + 1); }
};

// For iterators that RocksDB asks for with an arena. It takes them to lie in that arena and calls
// their destructor alone. But the class of the arena is not public, and the memory of the memtable
// must not grow once that is full; so they lie in memory of their thread.
class ArenaIterator final : private RetiredMemory<ArenaIterator>::Owner, public RunsIterator {
 public:
  ArenaIterator(void* memory, const EntryComparator& compare, EntryRuns runs)
      : Owner(memory), RunsIterator(compare, std::move(runs)) {}
};

// Buckets are made of zeroed memory, which is as good as null pointers.
static_assert(alignof(std::atomic<Node*>) == alignof(Node));
static_assert(std::atomic<Node*>::is_always_lock_free);

class HashMemtable final : public rocksdb::MemTableRep {
 public:
  HashMemtable(const EntryComparator& compare, rocksdb::Allocator* allocator, std::size_t buckets,
               std::uint64_t seed, std::shared_ptr<MemtableUse> use)
      : rocksdb::MemTableRep(allocator),
        compare_(compare),
        seed_(seed),
        arena_(buckets * kBytesPerBucket / kPiecesPerMemtable, std::move(use)),
        mask_(buckets - 1),
        buckets_(NewBuckets(buckets)),
        sorted_(compare) {}

  rocksdb::KeyHandle Allocate(const std::size_t size, char** entry) override {
    Node* node = ::new (arena_.Allocate(sizeof(Node) + size)) Node;
    *entry = reinterpret_cast<char*>(node + 1);
    return node;
  }

  // In no bucket yet: that is for whoever looks for something.
  void Insert(rocksdb::KeyHandle handle) override {
    Node* node = static_cast<Node*>(handle);
    node->before = newest_.load(std::memory_order_relaxed);
    newest_.store(node, std::memory_order_release);
  }

  bool Contains(const char* entry) const override {
    const Node* node =
        BucketOf(UserKeyOf(compare_.decode_key(entry))).load(std::memory_order_acquire);
    while (node != nullptr && compare_(node->entry(), entry) != 0) node = node->in_bucket;
    return node != nullptr;
  }

  void MarkReadOnly() override {
    arena_.Complete();
    read_only_.store(true, std::memory_order_release);
  }

  // RocksDB adds what it took of its own arena, and flushes by the sum.
  std::size_t ApproximateMemoryUsage() override { return arena_.bytes(); }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) return new RunsIterator(compare_, Sorted());
    EntryRuns runs = Sorted();
    void* const memory = RetiredMemory<ArenaIterator>::Take();
    return ::new (memory) ArenaIterator(memory, compare_, std::move(runs));
  }

  // Without a prefix extractor this one serves Get alone.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override;

 private:
  class KeyLookup;

  // Untouched: a page of them is there once an entry is hung into it.
  std::atomic<Node*>* NewBuckets(std::size_t count) {
    return static_cast<std::atomic<Node*>*>(arena_.Allocate(count * sizeof(buckets_[0])));
  }

  std::size_t NumberOf(std::string_view user_key) const {
    return XXH3_64bits_withSeed(user_key.data(), user_key.size(), seed_) & mask_;
  }
  // After this every entry that was inserted before is in its bucket.
  const std::atomic<Node*>& BucketOf(std::string_view user_key) const {
    if (newest_.load(std::memory_order_acquire) != in_buckets_to_.load(std::memory_order_acquire)) {
      FillBuckets();
    }
    return buckets_[NumberOf(user_key)];
  }

  // Older ones first, so that each stands before those it replaces.
  void FillBuckets() const {
    const std::lock_guard lock(buckets_mutex_);
    Node* const newest = newest_.load(std::memory_order_acquire);
    const Node* const known = in_buckets_to_.load(std::memory_order_relaxed);
    Node* oldest = nullptr;  // the others follow by in_bucket
    for (Node* node = newest; node != known; node = node->before) {
      node->in_bucket = std::exchange(oldest, node);
    }
    while (oldest != nullptr) {
      Node* const node = std::exchange(oldest, oldest->in_bucket);
      auto& bucket = buckets_[NumberOf(UserKeyOf(compare_.decode_key(node->entry())))];
      node->in_bucket = bucket.load(std::memory_order_relaxed);
      bucket.store(node, std::memory_order_release);
    }
    in_buckets_to_.store(newest, std::memory_order_release);
  }

  // Every entry there is now, in order. Sorts what came since it was last asked.
  EntryRuns Sorted() {
    const std::lock_guard lock(sorted_mutex_);
    const bool complete = read_only_.load(std::memory_order_acquire);
    const Node* newest = newest_.load(std::memory_order_acquire);
    EntryRun added;
    for (const Node* node = newest; node != sorted_to_; node = node->before) {
      added.push_back(node->entry());
    }
    sorted_.Add(std::move(added));  // throws before it takes any: then they are to be added still
    sorted_to_ = newest;
    if (complete) sorted_.MergeAll();
    return sorted_.runs();
  }

  const EntryComparator& compare_;
  const std::uint64_t seed_;
  EntryArena arena_;
  const std::size_t mask_;
  std::atomic<Node*> newest_ = nullptr;
  std::atomic<bool> read_only_ = false;

  mutable std::mutex buckets_mutex_;   // for changing the two that follow
  std::atomic<Node*>* const buckets_;  // in the arena
  mutable std::atomic<const Node*> in_buckets_to_ =
      nullptr;  // it and all before it are in buckets_

  std::mutex sorted_mutex_;
  SortedRuns sorted_;  // guarded by sorted_mutex_
  const Node* sorted_to_ =
      nullptr;  // guarded by sorted_mutex_: it and all before it are in sorted_
};

// What MemTableRep::Get walks: the entries of one key from a sequence number down. RocksDB 7.8 asks
// for a new iterator in each Get and never deletes it, so each thread has one that is made anew in
// place, and deleting it frees nothing.
class HashMemtable::KeyLookup final : public rocksdb::MemTableRep::Iterator {
 public:
  explicit KeyLookup(const HashMemtable& table) : table_(table) {}

  static KeyLookup* OfThisThread(const HashMemtable& table) {
    alignas(KeyLookup) static thread_local std::byte place[sizeof(KeyLookup)];
    return ::new (static_cast<void*>(place)) KeyLookup(table);
  }
  static void operator delete(void*) {}

  bool Valid() const override { return at_ != nullptr; }
  const char* key() const override { return at_->entry(); }
  void Next() override { at_ = SameKey(at_->in_bucket); }
  void Seek(const rocksdb::Slice& internal_key, const char*) override {
    key_ = UserKeyOf(internal_key);
    at_ = SameKey(table_.BucketOf(key_).load(std::memory_order_acquire));
    while (at_ != nullptr && table_.compare_(at_->entry(), internal_key) < 0) Next();
  }

  // Get uses none of these.
  void Prev() override { at_ = nullptr; }
  void SeekForPrev(const rocksdb::Slice&, const char*) override { at_ = nullptr; }
  void SeekToFirst() override { at_ = nullptr; }
  void SeekToLast() override { at_ = nullptr; }

 private:
  const Node* SameKey(const Node* node) const {
    while (node != nullptr && UserKeyOf(table_.compare_.decode_key(node->entry())) != key_) {
      node = node->in_bucket;
    }
    return node;
  }

  const HashMemtable& table_;
  std::string_view key_;
  const Node* at_ = nullptr;
};

rocksdb::MemTableRep::Iterator* HashMemtable::GetDynamicPrefixIterator(rocksdb::Arena* arena) {
  return arena == nullptr ? KeyLookup::OfThisThread(*this) : GetIterator(arena);
}

class HashMemtableFactory final : public rocksdb::MemTableRepFactory {
 public:
  HashMemtableFactory(std::size_t buckets, std::shared_ptr<MemtableUse> use)
      : buckets_(buckets), use_(std::move(use)) {}

  rocksdb::MemTableRep* CreateMemTableRep(const EntryComparator& compare,
                                          rocksdb::Allocator* allocator,
                                          const rocksdb::SliceTransform*,
                                          rocksdb::Logger*) override {
    return new HashMemtable(compare, allocator, buckets_, seed_, use_);
  }
  const char* Name() const override { return "IdemHashMemtable"; }

 private:
  const std::size_t buckets_;
  const std::shared_ptr<MemtableUse> use_;
  // So that nobody can choose keys that share a bucket. A system without random bytes has worse
  // troubles than slow lookups.
  const std::uint64_t seed_ = RandomNumber().value_or(0);
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> NewHashMemtableFactory(
    std::size_t write_buffer_bytes, std::shared_ptr<MemtableUse> use) {
  const std::size_t buckets =
      std::bit_ceil(std::max<std::size_t>(write_buffer_bytes / kBytesPerBucket, 1));
  return std::make_shared<HashMemtableFactory>(buckets, std::move(use));
}

}  // namespace idem::storage
