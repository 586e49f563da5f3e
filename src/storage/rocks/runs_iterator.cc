// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/runs_iterator.h"

#include <algorithm>

namespace idem::storage {

void RunsIterator::Next() {
  constexpr std::size_t kBytes = 256;  // of an entry; the processor guesses that more is wanted
  FetchAhead(*runs_[current_], ++at_[current_], kBytes);
  PickLeast();
}

void RunsIterator::Seek(const rocksdb::Slice& internal_key, const char*) {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const EntryRun& run = *runs_[i];
    const auto found = std::lower_bound(
        run.begin(), run.end(), internal_key,
        [this](const char* entry, const rocksdb::Slice& key) { return compare_(entry, key) < 0; });
    at_[i] = static_cast<std::size_t>(found - run.begin());
  }
  PickLeast();
}

void RunsIterator::SeekForPrev(const rocksdb::Slice& internal_key, const char*) {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const EntryRun& run = *runs_[i];
    const auto found = std::upper_bound(
        run.begin(), run.end(), internal_key,
        [this](const rocksdb::Slice& key, const char* entry) { return compare_(entry, key) > 0; });
    at_[i] = static_cast<std::size_t>(found - run.begin());
  }
  PickGreatestBefore();
}

void RunsIterator::SeekToFirst() {
  std::fill(at_.begin(), at_.end(), std::size_t{0});
  PickLeast();
}

void RunsIterator::SeekToLast() {
  for (std::size_t i = 0; i < runs_.size(); ++i) at_[i] = runs_[i]->size();
  PickGreatestBefore();
}

void RunsIterator::PickLeast() {
  current_ = runs_.size();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (at_[i] == runs_[i]->size()) continue;
    if (!Valid() || compare_((*runs_[i])[at_[i]], key()) < 0) current_ = i;
  }
}

void RunsIterator::PickGreatestBefore() {
  current_ = runs_.size();
  const char* greatest = nullptr;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (at_[i] == 0) continue;
    const char* entry = (*runs_[i])[at_[i] - 1];
    if (greatest == nullptr || compare_(entry, greatest) > 0) {
      current_ = i;
      greatest = entry;
    }
  }
  if (Valid()) --at_[current_];
}

}  // namespace idem::storage
