// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/sorted_runs.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::size_t kHeadBytes = 7;
constexpr std::size_t kFew = 16;  // so many are sorted without further ado

std::string_view UserKey(const EntryComparator& compare, const char* entry) {
  return UserKeyOf(compare.decode_key(entry));
}

std::size_t CommonPrefix(std::string_view a, std::string_view b) {
  const auto shorter = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<std::ptrdiff_t>(shorter);
  return static_cast<std::size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

// What follows the first `skip` bytes, as a number that sorts as it does: seven bytes, missing ones
// as zeros, then how many there were, eight for more than seven. So two heads are equal only where
// the keys are, or where both go on.
std::uint64_t Head(std::string_view key, std::size_t skip) {
  const std::string_view rest = key.substr(skip);
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < kHeadBytes; ++i) {
    head = (head << 8) | (i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U);
  }
  return (head << 8) | std::min(rest.size(), kHeadBytes + 1);
}

}  // namespace

void SortEntries(const EntryComparator& compare, std::span<const char*> entries) {
  const auto less = [&](const char* a, const char* b) { return compare(a, b) < 0; };
  if (entries.size() <= kFew) return std::sort(entries.begin(), entries.end(), less);
  const std::string_view first = UserKey(compare, entries.front());
  std::size_t prefix = first.size();
  bool ended = true;  // no key goes on behind the prefix
  for (std::size_t i = 0; i < entries.size(); ++i) {
    FetchAhead(entries, i, 1);
    const std::string_view key = UserKey(compare, entries[i]);
    prefix = CommonPrefix(first.substr(0, prefix), key);
    ended = ended && key.size() == first.size();
  }
  if (ended && prefix == first.size()) return std::sort(entries.begin(), entries.end(), less);

  std::vector<std::pair<std::uint64_t, const char*>> order;
  order.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    FetchAhead(entries, i, 1);
    order.emplace_back(Head(UserKey(compare, entries[i]), prefix), entries[i]);
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::transform(order.begin(), order.end(), entries.begin(),
                 [](const auto& headed) { return headed.second; });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && order[end].first == order[begin].first) ++end;
    SortEntries(compare, entries.subspan(begin, end - begin));
  }
}

void SortedRuns::Add(EntryRun entries) {
  if (entries.empty()) return;
  SortEntries(compare_, entries);
  EntryRuns runs = runs_;
  runs.push_back(std::make_shared<const EntryRun>(std::move(entries)));
  while (runs.size() > 1 && runs.back()->size() * 2 > runs[runs.size() - 2]->size()) {
    MergeLastTwo(&runs);
  }
  runs_ = std::move(runs);
}

void SortedRuns::MergeAll() {
  while (runs_.size() > 1) MergeLastTwo(&runs_);
}

void SortedRuns::MergeLastTwo(EntryRuns* runs) const {
  const EntryRun& a = *(*runs)[runs->size() - 2];
  const EntryRun& b = *runs->back();
  EntryRun merged;
  merged.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(merged),
             [this](const char* x, const char* y) { return compare_(x, y) < 0; });
  auto both = std::make_shared<const EntryRun>(std::move(merged));  // the last that may throw
  runs->pop_back();
  runs->back() = std::move(both);
}

}  // namespace idem::storage
