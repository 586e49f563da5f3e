// SPDX-License-Identifier: Apache-2.0
//
// SortedRuns: the entries of a memtable in order, for iterators that come while it grows. What was
// added since the last iterator becomes a new run; runs of like size are merged, so that n entries
// lie in about log n runs and each was merged about log n times. A run never changes once made:
// iterators share it.
//
// What throws, for want of memory, leaves the entries as they were: none is lost, none is twice.
//
// Thread-safety: external.
#pragma once

#include "base/fetch.h"

#include <rocksdb/memtablerep.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace idem::storage {

using EntryRun = std::vector<const char*>;  // as MemTableRep::Iterator::key returns them
using EntryRuns = std::vector<std::shared_ptr<const EntryRun>>;
using EntryComparator = rocksdb::MemTableRep::KeyComparator;

inline constexpr std::size_t kTagBytes = 8;  // sequence number and type, behind the user key

inline std::string_view UserKeyOf(const rocksdb::Slice& internal_key) {
  return {internal_key.data(), internal_key.size() - kTagBytes};
}

class SortedRuns {
 public:
  explicit SortedRuns(const EntryComparator& compare) : compare_(compare) {}

  // Takes entries that were not added before, in any order.
  void Add(EntryRun entries);

  // Merges everything into one run: for a memtable that will not grow any more.
  void MergeAll();

  const EntryRuns& runs() const noexcept { return runs_; }

 private:
  void MergeLastTwo(EntryRuns* runs) const;

  const EntryComparator& compare_;
  EntryRuns runs_;  // ever shorter
};

// Sorts by the seven bytes behind what all keys have in common, then each group of equals in the
// same way. Most keys of a memtable begin alike (space, table) and differ soon after, so that each
// is looked at two or three times, a cache miss each, where a comparator would look at it some
// twenty times. REQUIRES: `compare` orders user keys bytewise.
void SortEntries(const EntryComparator& compare, std::span<const char*> entries);

// Begins to bring the first bytes of the entry some places behind `at` into the cache. Entries that
// follow each other in a run are anywhere in memory: whoever walks a large one would wait for each.
inline void FetchAhead(std::span<const char* const> entries, std::size_t at, std::size_t bytes) {
  constexpr std::size_t kAhead = 8;
  constexpr std::size_t kLineBytes = 64;
  if (at + kAhead >= entries.size()) return;
  const char* entry = entries[at + kAhead];
  for (std::size_t i = 0; i < bytes; i += kLineBytes) base::Fetch(entry + i);
}

}  // namespace idem::storage
