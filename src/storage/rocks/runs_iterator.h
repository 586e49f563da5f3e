// SPDX-License-Identifier: Apache-2.0
//
// RunsIterator: walks several sorted runs as one, in both directions. It sees what was there when
// it was made; entries that come later have later sequence numbers and are nobody's who reads now.
//
// Thread-safety: none.
#pragma once

#include "storage/rocks/sorted_runs.h"

#include <cstddef>
#include <vector>

namespace idem::storage {

class RunsIterator : public rocksdb::MemTableRep::Iterator {
 public:
  RunsIterator(const EntryComparator& compare, EntryRuns runs)
      : compare_(compare), runs_(std::move(runs)), at_(runs_.size()), current_(runs_.size()) {}

  bool Valid() const override { return current_ < runs_.size(); }
  const char* key() const override { return (*runs_[current_])[at_[current_]]; }
  void Next() override;
  void Prev() override { PickGreatestBefore(); }
  void Seek(const rocksdb::Slice& internal_key, const char* memtable_key) override;
  void SeekForPrev(const rocksdb::Slice& internal_key, const char* memtable_key) override;
  void SeekToFirst() override;
  void SeekToLast() override;

 private:
  void PickLeast();
  void PickGreatestBefore();

  const EntryComparator& compare_;
  EntryRuns runs_;
  // In each run, the first entry that is not less than the current one. That holds whichever way
  // the iterator moves, because no two entries are equal.
  std::vector<std::size_t> at_;
  std::size_t current_;  // the run it stands in; runs_.size(): it stands nowhere
};

}  // namespace idem::storage
