// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identities.h"

#include "base/assert.h"
#include "base/short_bytes.h"

#include <algorithm>
#include <cstring>

namespace idem::pipeline {
namespace {

constexpr std::size_t kUnitBytes = 8;
constexpr std::size_t kSlotsShare = 7;              // one part in so many; the rest is for the log
constexpr std::uint64_t kLogUnitsMax = 0xfffffffe;  // a place and one more fit 32 bits
constexpr std::uint64_t kEntriesMin = 4;            // a log that holds fewer of one is not for it
constexpr std::size_t kKeyBytesAtMost = (1 << 24) - 1;
constexpr std::size_t kHeadBytesAtMost = 255;

// Over its capacity the filter says "maybe" ever more often. At this many times of it two answers
// of three are, and a scan that fills it is not worth its time.
constexpr std::uint64_t kOverfullTimes = 4;

std::uint32_t FragmentOf(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 32);
}

std::size_t LogBytes(std::size_t table_bytes, std::size_t slots_bytes) noexcept {
  return std::min<std::uint64_t>((table_bytes - slots_bytes) / kUnitBytes, kLogUnitsMax) *
         kUnitBytes;
}

// How many of the slots may be taken. A probe then looks at three of them for a key that is there,
// and at nine for one that is not: a line of the cache or two.
std::size_t EntriesAtMost(std::size_t slots) noexcept { return slots * 3 / 4; }

std::size_t SlotsBytes(std::size_t table_bytes) noexcept {
  return table_bytes / kSlotsShare / kUnitBytes * kUnitBytes;
}

}  // namespace

Identities::Identities(KeyHash hash, std::size_t table_bytes, std::size_t filter_bytes,
                       std::size_t fingerprint_bytes)
    : hash_(hash),
      slots_(SlotsBytes(table_bytes)),
      log_(LogBytes(table_bytes, SlotsBytes(table_bytes))),
      slot_count_(slots_.bytes() / sizeof(Slot)),
      log_units_(slot_count_ == 0 ? 0 : log_.bytes() / kUnitBytes),
      filter_(filter_bytes),
      fingerprints_(fingerprint_bytes) {}

// The least that an entry takes decides: a scan too many costs time, one too few every read.
bool Identities::WorthLoading(std::uint64_t keys) const noexcept {
  const std::uint64_t table =
      std::min<std::uint64_t>(EntriesAtMost(slot_count_), log_units_ / UnitsOf(6, 18));
  return keys <= table + std::max(kOverfullTimes * filter_.capacity(), fingerprints_.capacity());
}

// What came first stays: later ones are no better, and to push others out costs more. One that may
// have been forgotten may have been told of before, and what was told is newer.
void Identities::Learn(std::string_view key, std::uint64_t hash, std::string_view head) noexcept {
  if (slot_count_ > 0 && slots()[SlotOf(key, FragmentOf(hash))].place != 0) return;
  if (MayBeForgotten(hash)) return;
  const bool full =
      end_ + UnitsOf(key.size(), head.size()) > log_units_ || size_ >= EntriesAtMost(slot_count_);
  full ? Forget(key, hash, head) : Put(key, hash, head);
}

std::uint64_t Identities::UnitsOf(std::size_t key_bytes, std::size_t head_bytes) noexcept {
  return (sizeof(Entry) + key_bytes + head_bytes + kUnitBytes - 1) / kUnitBytes;
}

bool Identities::Fits(std::string_view key, std::string_view head) const noexcept {
  return key.size() <= kKeyBytesAtMost && head.size() <= kHeadBytesAtMost && slot_count_ >= 2 &&
         kEntriesMin * UnitsOf(key.size(), head.size()) <= log_units_;
}

Identities::Entry* Identities::EntryAt(std::uint64_t position) const noexcept {
  return reinterpret_cast<Entry*>(static_cast<char*>(log_.memory()) +
                                  position % log_units_ * kUnitBytes);
}

std::size_t Identities::HomeOf(std::uint32_t fragment) const noexcept {
  return static_cast<std::size_t>(fragment * std::uint64_t{slot_count_} >> 32);
}

// That of `key`, or the free one at the end of its probe. REQUIRES: slot_count_ > 0.
std::size_t Identities::SlotOf(std::string_view key, std::uint32_t fragment) const noexcept {
  std::size_t at = HomeOf(fragment);
  for (; slots()[at].place != 0; at = After(at)) {
    if (slots()[at].fragment != fragment) continue;
    if (base::SameBytes(EntryAt(slots()[at].place - 1)->key(), key)) break;
  }
  return at;
}

Identities::Found Identities::Find(std::string_view key, std::uint64_t hash) const noexcept {
  if (slot_count_ > 0) {
    const Slot& slot = slots()[SlotOf(key, FragmentOf(hash))];
    if (slot.place != 0) {
      const std::string_view head = EntryAt(slot.place - 1)->head();
      return {head.empty() ? Presence::kAbsent : Presence::kPresent, head};
    }
  }
  const bool certain = learned_ && !MayBeForgotten(hash);
  return {certain ? Presence::kAbsent : Presence::kUnknown, {}};
}

void Identities::PrefetchSlot(std::uint64_t hash) const noexcept {
  if (slot_count_ > 0) __builtin_prefetch(slots() + HomeOf(FragmentOf(hash)));
}

void Identities::PrefetchEntry(std::uint64_t hash) const noexcept {
  if (slot_count_ == 0) return;
  const Slot& slot = slots()[HomeOf(FragmentOf(hash))];
  if (slot.place == 0) return;
  const char* entry = reinterpret_cast<const char*>(EntryAt(slot.place - 1));
  __builtin_prefetch(entry);
  __builtin_prefetch(entry + 64);
}

void Identities::Put(std::string_view key, std::uint64_t hash, std::string_view head) noexcept {
  if (!Fits(key, head)) {
    Remove(key, hash);
    Forget(key, hash, head);
    return;
  }
  const std::uint64_t units = UnitsOf(key.size(), head.size());
  const std::uint32_t fragment = FragmentOf(hash);
  const auto sizes = static_cast<std::uint32_t>(key.size() << 8 | head.size());
  if (const Slot& slot = slots()[SlotOf(key, fragment)]; slot.place != 0) {
    Entry* known = EntryAt(slot.place - 1);
    if (UnitsOf(key.size(), known->head_bytes()) == units) {
      known->sizes = sizes;
      std::memcpy(known->bytes() + key.size(), head.data(), head.size());
      return;
    }
    RemoveSlot(static_cast<std::size_t>(&slot - slots()));
  }
  MakeRoom(units);
  Entry* entry = EntryAt(end_);
  entry->sizes = sizes;
  std::memcpy(entry->bytes(), key.data(), key.size());
  std::memcpy(entry->bytes() + key.size(), head.data(), head.size());
  slots()[SlotOf(key, fragment)] = {fragment, static_cast<std::uint32_t>(end_ % log_units_ + 1)};
  end_ += units;
  ++size_;
}

// An entry without a head is one that is certainly not there: it keeps what is learned later from
// coming back. Empty, but not null: it is copied.
void Identities::Erase(std::string_view key, std::uint64_t hash) noexcept {
  learned_ ? Remove(key, hash) : Put(key, hash, key.substr(0, 0));
}

// The entry stays in the log until its turn comes; without a slot nobody finds it.
void Identities::Remove(std::string_view key, std::uint64_t hash) noexcept {
  if (slot_count_ == 0) return;
  const std::size_t at = SlotOf(key, FragmentOf(hash));
  if (slots()[at].place != 0) RemoveSlot(at);
}

// Closes the gap, so that no probe ends too early: each of those that follow moves back when its
// home is not behind the free slot.
void Identities::RemoveSlot(std::size_t at) noexcept {
  std::size_t free = at;
  for (std::size_t next = After(at); slots()[next].place != 0; next = After(next)) {
    const std::size_t home = HomeOf(slots()[next].fragment);
    const bool between = free <= next ? free < home && home <= next : free < home || home <= next;
    if (between) continue;
    slots()[free] = slots()[next];
    free = next;
  }
  slots()[free] = Slot{};
  --size_;
}

// Afterwards an entry of `units` fits at end_, in one piece.
void Identities::MakeRoom(std::uint64_t units) noexcept {
  while (size_ >= EntriesAtMost(slot_count_)) ForgetOldest();
  const std::uint64_t to_end = log_units_ - end_ % log_units_;
  const std::uint64_t skipped = to_end < units ? to_end : 0;
  while (end_ + skipped + units - begin_ > log_units_) ForgetOldest();
  if (skipped > 0) EntryAt(end_)->sizes = 0;
  end_ += skipped;
}

void Identities::ForgetOldest() noexcept {
  IDEM_ASSERT(begin_ < end_, "I-ID-2");
  const Entry& oldest = *EntryAt(begin_);
  if (oldest.sizes == 0) {
    begin_ += log_units_ - begin_ % log_units_;
    return;
  }
  // Only what a slot refers to is alive.
  const std::uint64_t hash = hash_(oldest.key());
  const std::size_t at = SlotOf(oldest.key(), FragmentOf(hash));
  if (slots()[at].place == begin_ % log_units_ + 1) {
    RemoveSlot(at);
    Forget(oldest.key(), hash, oldest.head());
  }
  begin_ += UnitsOf(oldest.key_bytes(), oldest.head_bytes());
}

// Without a head there is no row to know again.
void Identities::Forget(std::string_view key, std::uint64_t hash, std::string_view head) noexcept {
  if (!head.empty()) fingerprints_.Put(key, head);
  filter_.Add(hash);
  ++forgotten_;
}

}  // namespace idem::pipeline
