// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/sorted_runs.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::size_t kTagBytes = 8;  // sequence number and type, behind the user key
constexpr std::size_t kHeadBytes = sizeof(std::uint64_t);

std::string_view UserKey(const EntryComparator& compare, const char* entry) {
  const rocksdb::Slice key = compare.decode_key(entry);
  return {key.data(), key.size() - kTagBytes};
}

std::size_t CommonPrefix(std::string_view a, std::string_view b) {
  const auto shorter = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<std::ptrdiff_t>(shorter);
  return static_cast<std::size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

// The bytes behind `skip`, as a number that sorts as they do; missing ones count as zeros, which
// can only make two keys look equal.
std::uint64_t Head(std::string_view key, std::size_t skip) {
  std::uint64_t head = 0;
  const std::string_view bytes = key.substr(std::min(skip, key.size()), kHeadBytes);
  for (const char byte : bytes) head = (head << 8) | static_cast<unsigned char>(byte);
  return bytes.empty() ? 0 : head << (8 * (kHeadBytes - bytes.size()));
}

}  // namespace

// Most keys of a memtable begin alike (space, table), and most differ in the eight bytes that
// follow. Sorting by those bytes spares the comparator, and with it a cache miss a key.
void SortEntries(const EntryComparator& compare, EntryRun* entries) {
  if (entries->size() < 2) return;
  const std::string_view first = UserKey(compare, entries->front());
  std::size_t prefix = first.size();
  for (const char* entry : *entries) {
    prefix = CommonPrefix(first.substr(0, prefix), UserKey(compare, entry));
  }
  std::vector<std::pair<std::uint64_t, const char*>> order;
  order.reserve(entries->size());
  for (const char* entry : *entries) {
    order.emplace_back(Head(UserKey(compare, entry), prefix), entry);
  }
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : compare(a.second, b.second) < 0;
  });
  std::transform(order.begin(), order.end(), entries->begin(),
                 [](const auto& entry) { return entry.second; });
}

void SortedRuns::Add(EntryRun entries) {
  if (entries.empty()) return;
  SortEntries(compare_, &entries);
  runs_.push_back(std::make_shared<const EntryRun>(std::move(entries)));
  while (runs_.size() > 1 && runs_.back()->size() * 2 > runs_[runs_.size() - 2]->size()) {
    MergeLastTwo();
  }
}

void SortedRuns::MergeAll() {
  while (runs_.size() > 1) MergeLastTwo();
}

void SortedRuns::MergeLastTwo() {
  const EntryRun& a = *runs_[runs_.size() - 2];
  const EntryRun& b = *runs_.back();
  EntryRun merged;
  merged.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(merged),
             [this](const char* x, const char* y) { return compare_(x, y) < 0; });
  runs_.pop_back();
  runs_.back() = std::make_shared<const EntryRun>(std::move(merged));
}

}  // namespace idem::storage
