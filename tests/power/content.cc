// SPDX-License-Identifier: Apache-2.0
#include "power/content.h"

#include <functional>

#include "base/coding.h"
#include "codec/fingerprint.h"
#include "codec/keyspace.h"
#include "codec/store_header.h"

namespace idem::power {
namespace {

bool DiffersBetweenStores(std::string_view key) {
  return key == codec::SpaceKey(codec::Space::kFormat) ||
         key == codec::SpaceKey(codec::Space::kEpoch) ||
         key.starts_with(codec::SpaceKey(codec::Space::kRecovery));
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes.substr(0, 40)) {
    text += kDigits[(c >> 4) & 15];
    text += kDigits[c & 15];
  }
  return text;
}

std::uint64_t DecodeCommit(std::string_view value) {
  std::uint64_t commit = 0;
  return codec::DecodeFixed64(value, &commit) ? commit : UINT64_MAX;
}

Digest MarkOfEntry(std::string_view key, std::string_view value, std::string* scratch) {
  scratch->clear();
  base::AppendFixed64(key.size(), scratch);
  scratch->append(key).append(value);
  const codec::Fingerprint fingerprint = codec::FingerprintOf(*scratch);
  return {fingerprint.high, fingerprint.low};
}

// Calls `see` with each entry that does not differ between stores.
Result<void> ForEachEntry(const storage::Store& store,
                          const std::function<void(std::string_view, std::string_view)>& see) {
  auto view = store.NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan({}, {});
  if (!cursor) return cursor.error();
  for (;;) {
    Result<bool> next = (*cursor)->Next();
    if (!next) return next.error();
    if (!*next) return {};
    if (!DiffersBetweenStores((*cursor)->key())) see((*cursor)->key(), (*cursor)->value());
  }
}

}  // namespace

Result<Entries> ContentOf(const storage::Store& store) {
  Entries content;
  Result<void> read = ForEachEntry(store, [&](std::string_view key, std::string_view value) {
    content.emplace_hint(content.end(), key, value);
  });
  if (!read) return read.error();
  return content;
}

std::uint64_t CommitOf(const Entries& content) {
  const auto found = content.find(codec::SpaceKey(codec::Space::kLastCommit));
  return found == content.end() ? 0 : DecodeCommit(found->second);
}

std::string Difference(const Entries& found, const Entries& expected) {
  std::size_t missing = 0;
  std::size_t foreign = 0;
  std::size_t changed = 0;
  std::string first;
  for (const auto& [key, value] : expected) {
    const auto at = found.find(key);
    if (at != found.end() && at->second == value) continue;
    (at == found.end() ? missing : changed) += 1;
    if (first.empty()) first = Hex(key);
  }
  for (const auto& [key, value] : found) {
    if (expected.contains(key)) continue;
    ++foreign;
    if (first.empty()) first = Hex(key);
  }
  return std::to_string(missing) + " entries missing, " + std::to_string(changed) + " different, " +
         std::to_string(foreign) + " foreign; the first has key " + first;
}

Result<ContentMark> MarkOf(const storage::Store& store) {
  ContentMark mark;
  std::string scratch;
  const std::string last_commit = codec::SpaceKey(codec::Space::kLastCommit);
  Result<void> read = ForEachEntry(store, [&](std::string_view key, std::string_view value) {
    mark.sum.Add(MarkOfEntry(key, value, &scratch));
    ++mark.entries;
    if (key == last_commit) mark.commit = DecodeCommit(value);
  });
  if (!read) return read.error();
  return mark;
}

void RunningMark::Apply(const storage::WritePlan& plan) {
  std::string scratch;
  for (const storage::Write& write : plan.writes) {
    if (DiffersBetweenStores(write.key)) continue;
    if (const auto old = entries_.find(write.key); old != entries_.end()) {
      mark_.sum.Remove(old->second);
      entries_.erase(old);
    }
    if (!write.value) continue;
    const Digest added = MarkOfEntry(write.key, write.WholeValue(), &scratch);
    mark_.sum.Add(added);
    entries_.emplace(write.key, added);
    if (write.key == codec::SpaceKey(codec::Space::kLastCommit)) {
      mark_.commit = DecodeCommit(*write.value);
    }
  }
  mark_.entries = entries_.size();
}

}  // namespace idem::power
