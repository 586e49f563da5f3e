// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/sorted_runs.h"

#include "storage/rocks/hash_memtable.h"
#include "storage/rocks/runs_iterator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <random>
#include <string>

namespace idem::storage {
namespace {

// Bytewise by user key, then by tag, as RocksDB compares (which has the higher tag first).
class Compare final : public EntryComparator {
 public:
  int operator()(const char* a, const char* b) const override { return (*this)(a, decode_key(b)); }
  int operator()(const char* a, const rocksdb::Slice& b) const override {
    if (fail_in > 0 && --fail_in == 0) throw std::bad_alloc();
    const rocksdb::Slice key = decode_key(a);
    const rocksdb::Slice x(key.data(), key.size() - kTagBytes), y(b.data(), b.size() - kTagBytes);
    const int order = x.compare(y);
    if (order != 0) return order;
    return rocksdb::Slice(key.data() + x.size(), kTagBytes)
        .compare(rocksdb::Slice(b.data() + y.size(), kTagBytes));
  }

  // So many comparisons from now on memory runs out; 0: never.
  mutable int fail_in = 0;
};

class SortedRunsTest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  // Mostly zeros, so that keys differ in their lengths alone; some behind a long common prefix.
  std::string AnyKey() {
    std::string key = Below(3) == 0 ? std::string(40, 'p') : "";
    for (std::size_t i = Below(12); i > 0; --i) key += Below(5) == 0 ? 'a' : '\0';
    return key;
  }
  // A length (below 128: one byte), the key, a tag that no other entry has.
  const char* AnyEntry() {
    const std::string key = AnyKey();
    std::string entry(1, static_cast<char>(key.size() + kTagBytes));
    entry += key;
    ++tag_;
    for (int shift = 56; shift >= 0; shift -= 8) entry += static_cast<char>(tag_ >> shift);
    return entries_.emplace_back(std::move(entry)).data();
  }
  EntryRun AnyEntries(std::size_t count) {
    EntryRun entries;
    for (std::size_t i = 0; i < count; ++i) entries.push_back(AnyEntry());
    return entries;
  }
  bool IsSorted(const EntryRun& run) const {
    return std::is_sorted(run.begin(), run.end(),
                          [this](const char* a, const char* b) { return compare_(a, b) < 0; });
  }

  std::mt19937 random_{GetParam()};
  const Compare compare_;
  std::deque<std::string> entries_;
  std::uint64_t tag_ = 0;
};

TEST_P(SortedRunsTest, SortsAsTheComparatorDoes) {
  for (const std::size_t count : {0, 1, 2, 16, 17, 300}) {
    EntryRun entries = AnyEntries(count);
    SortEntries(compare_, entries);
    EXPECT_EQ(entries.size(), count);
    EXPECT_TRUE(IsSorted(entries)) << count;
  }
}

TEST_P(SortedRunsTest, KeepFewRunsEachInOrder) {
  SortedRuns runs(compare_);
  std::size_t added = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t count = Below(4);
    runs.Add(AnyEntries(count));
    added += count;
    std::size_t there = 0;
    for (const auto& run : runs.runs()) {
      EXPECT_TRUE(IsSorted(*run));
      there += run->size();
    }
    ASSERT_EQ(there, added);
    ASSERT_LE(runs.runs().size(), 10U);
  }
  runs.MergeAll();
  ASSERT_EQ(runs.runs().size(), 1U);
  EXPECT_TRUE(IsSorted(*runs.runs()[0]));
  EXPECT_EQ(runs.runs()[0]->size(), added);
}

TEST_P(SortedRunsTest, AnIteratorKeepsTheRunsItBeganWith) {
  SortedRuns runs(compare_);
  runs.Add(AnyEntries(20));
  RunsIterator iterator(compare_, runs.runs());
  runs.Add(AnyEntries(20));
  runs.MergeAll();
  std::size_t seen = 0;
  for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next()) ++seen;
  EXPECT_EQ(seen, 20U);
}

TEST_P(SortedRunsTest, AnIteratorTurnsRoundAnywhere) {
  SortedRuns runs(compare_);
  EntryRun all = AnyEntries(100);
  for (std::size_t i = 0; i < all.size(); i += 10) {
    runs.Add(EntryRun(all.begin() + static_cast<std::ptrdiff_t>(i),
                      all.begin() + static_cast<std::ptrdiff_t>(i + 10)));
  }
  SortEntries(compare_, all);
  RunsIterator iterator(compare_, runs.runs());
  iterator.SeekToFirst();
  std::size_t at = 0;
  for (int step = 0; step < 500; ++step) {
    if (at + 1 < all.size() && Below(2) == 0) {
      iterator.Next();
      ++at;
    } else if (at > 0) {
      iterator.Prev();
      --at;
    }
    ASSERT_TRUE(iterator.Valid());
    ASSERT_EQ(iterator.key(), all[at]);
  }
}

TEST_P(SortedRunsTest, MemoryThatRunsOutChangesNothing) {
  const EntryRun first = AnyEntries(20);
  const EntryRun second = AnyEntries(15);
  bool failed = true;
  for (int fail_in = 1; failed; ++fail_in) {
    SortedRuns runs(compare_);
    runs.Add(first);
    compare_.fail_in = fail_in;
    try {
      runs.Add(second);
      failed = false;
    } catch (const std::bad_alloc&) {
      ASSERT_EQ(runs.runs().size(), 1U);
      ASSERT_EQ(runs.runs()[0]->size(), 20U);
      runs.Add(second);
    }
    compare_.fail_in = 0;
    ASSERT_EQ(runs.runs().size(), 1U);
    ASSERT_EQ(runs.runs()[0]->size(), 35U);
  }
}

TEST_P(SortedRunsTest, AScanThatRanOutOfMemoryHidesNothingFromTheNextOne) {
  const std::unique_ptr<rocksdb::MemTableRep> memtable(
      NewHashMemtableFactory(64 << 10)->CreateMemTableRep(compare_, nullptr, nullptr, nullptr));
  for (int i = 0; i < 100; ++i) {
    const char* const entry = AnyEntry();
    const std::size_t size = entries_.back().size();
    char* place = nullptr;
    const rocksdb::KeyHandle handle = memtable->Allocate(size, &place);
    std::memcpy(place, entry, size);
    memtable->Insert(handle);
  }
  compare_.fail_in = 1;
  EXPECT_THROW(static_cast<void>(memtable->GetIterator(nullptr)), std::bad_alloc);
  const std::unique_ptr<rocksdb::MemTableRep::Iterator> iterator(memtable->GetIterator(nullptr));
  int seen = 0;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) ++seen;
  EXPECT_EQ(seen, 100);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SortedRunsTest, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace idem::storage
