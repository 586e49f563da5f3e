// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identities.h"

#include "base/assert.h"
#include "base/fetch.h"
#include "base/short_bytes.h"

#include <algorithm>
#include <cstring>

namespace idem::pipeline {
namespace {

constexpr std::size_t kSlotsShare = 7;              // one part in so many; the rest is for the log
constexpr std::uint64_t kLogUnitsMax = 0xfffffffe;  // a place and one more fit 32 bits
constexpr std::uint64_t kEntriesMin = 4;            // a log that holds fewer of one is not for it
constexpr std::size_t kKeyBytesAtMost = (1 << 24) - 1;
constexpr std::size_t kHeadBytesAtMost = 255;

// Over its capacity the filter says "maybe" ever more often. At this many times of it two answers
// of three are, and a scan that fills it is not worth its time.
constexpr std::uint64_t kOverfullTimes = 4;

std::size_t SlotsBytes(std::size_t table_bytes) noexcept { return table_bytes / kSlotsShare; }

}  // namespace

Identities::Identities(KeyHash hash, std::size_t table_bytes, std::size_t filter_bytes,
                       std::size_t fingerprint_bytes)
    : hash_(hash),
      slots_(SlotsBytes(table_bytes)),
      log_(LogBytes(table_bytes)),
      log_units_(slots_.capacity() == 0 ? 0 : log_.bytes() / kUnitBytes),
      filter_(filter_bytes),
      fingerprints_(fingerprint_bytes) {}

std::size_t Identities::LogBytes(std::size_t table_bytes) noexcept {
  return std::min<std::uint64_t>((table_bytes - SlotsBytes(table_bytes)) / kUnitBytes,
                                 kLogUnitsMax) *
         kUnitBytes;
}

// The least that an entry takes decides: a scan too many costs time, one too few every read.
bool Identities::WorthLoading(std::uint64_t keys) const noexcept {
  const std::uint64_t table =
      std::min<std::uint64_t>(slots_.capacity(), log_units_ / UnitsOf(6, 18));
  return keys <= table + std::max(kOverfullTimes * filter_.capacity(), fingerprints_.capacity());
}

// What came first stays: later ones are no better, and to push others out costs more. One that may
// have been forgotten may have been told of before, and what was told is newer.
void Identities::Learn(std::string_view key, std::uint64_t hash, std::string_view head) noexcept {
  if (PlaceOf(key, hash) != nullptr) return;
  if (MayBeForgotten(hash)) return;
  const bool full =
      end_ + UnitsOf(key.size(), head.size()) > log_units_ || size() >= slots_.capacity();
  full ? Forget(key, hash, head) : Put(key, hash, head);
}

std::uint64_t Identities::UnitsOf(std::size_t key_bytes, std::size_t head_bytes) noexcept {
  return (sizeof(Entry) + key_bytes + head_bytes + kUnitBytes - 1) / kUnitBytes;
}

bool Identities::Fits(std::string_view key, std::string_view head) const noexcept {
  return key.size() <= kKeyBytesAtMost && head.size() <= kHeadBytesAtMost &&
         kEntriesMin * UnitsOf(key.size(), head.size()) <= log_units_;
}

std::uint32_t Identities::PlaceAt(std::uint64_t position) const noexcept {
  return static_cast<std::uint32_t>(position % log_units_ + 1);
}

inline Identities::Entry* Identities::EntryAt(std::uint64_t position) const noexcept {
  return EntryOf(PlaceAt(position));
}

std::uint32_t* Identities::PlaceOf(std::string_view key, std::uint64_t hash) const noexcept {
  return slots_.Find(HalfOf(hash), [&](std::uint32_t place) {
    return base::SameBytes(EntryOf(place)->key(), key);
  });
}

Identities::Guess Identities::GuessAt(std::uint64_t hash) const noexcept {
  const std::uint32_t* place = slots_.Find(HalfOf(hash), [](std::uint32_t) { return true; });
  return {place == nullptr ? 0 : *place};
}

Identities::Found Identities::Find(std::string_view key, std::uint64_t hash) const noexcept {
  return Find(key, hash, GuessAt(hash));
}

Identities::Found Identities::FindBeyondGuess(std::string_view key,
                                              std::uint64_t hash) const noexcept {
  const std::uint32_t* place = PlaceOf(key, hash);
  return place == nullptr ? FoundNowhere(hash) : FoundIn(*EntryOf(*place));
}

Identities::Guess Identities::PrefetchEntry(std::uint64_t hash) const noexcept {
  const Guess guess = GuessAt(hash);
  if (guess.place == 0) {
    if (forgotten_ > 0) filter_.Prefetch(hash);
    return guess;
  }
  const char* entry = reinterpret_cast<const char*>(EntryOf(guess.place));
  base::Fetch(entry);
  // One that begins with a line mostly ends with it.
  constexpr std::uintptr_t kLine = 64;
  if (reinterpret_cast<std::uintptr_t>(entry) % kLine != 0) base::Fetch(entry + kLine);
  return guess;
}

void Identities::Put(std::string_view key, std::uint64_t hash, std::string_view head) noexcept {
  if (!Fits(key, head)) {
    Remove(key, hash);
    Forget(key, hash, head);
    return;
  }
  const std::uint64_t units = UnitsOf(key.size(), head.size());
  const auto sizes = static_cast<std::uint32_t>(key.size() << 8 | head.size());
  if (std::uint32_t* place = PlaceOf(key, hash)) {
    Entry* known = EntryOf(*place);
    if (UnitsOf(key.size(), known->head_bytes()) == units) {
      known->sizes = sizes;
      std::memcpy(known->bytes() + key.size(), head.data(), head.size());
      return;
    }
    slots_.Remove(place);
  }
  MakeRoom(units);
  const std::uint32_t place = PlaceAt(end_);
  if (!slots_.Insert(HalfOf(hash), place)) {
    Forget(key, hash, head);
    return;
  }
  Entry* entry = EntryOf(place);
  entry->sizes = sizes;
  std::memcpy(entry->bytes(), key.data(), key.size());
  std::memcpy(entry->bytes() + key.size(), head.data(), head.size());
  end_ += units;
}

// An entry without a head is one that is certainly not there: it keeps what is learned later from
// coming back. Empty, but not null: it is copied.
void Identities::Erase(std::string_view key, std::uint64_t hash) noexcept {
  learned_ ? Remove(key, hash) : Put(key, hash, key.substr(0, 0));
}

// The entry stays in the log until its turn comes; without a slot nobody finds it.
void Identities::Remove(std::string_view key, std::uint64_t hash) noexcept {
  if (std::uint32_t* place = PlaceOf(key, hash)) slots_.Remove(place);
}

// Afterwards an entry of `units` fits at end_, in one piece.
void Identities::MakeRoom(std::uint64_t units) noexcept {
  while (size() >= slots_.capacity()) ForgetOldest();
  const std::uint64_t to_end = log_units_ - end_ % log_units_;
  const std::uint64_t skipped = to_end < units ? to_end : 0;
  while (end_ + skipped + units - begin_ > log_units_) ForgetOldest();
  if (skipped > 0) EntryAt(end_)->sizes = 0;
  end_ += skipped;
}

// Forgetting an entry looks at places all over the memory, so they are fetched some entries ahead.
// For an entry that has lost its slot they are fetched in vain.
void Identities::FetchNextOldest() noexcept {
  constexpr std::uint64_t kAheadUnits = 128;
  const std::uint64_t until = std::min(begin_ + kAheadUnits, end_);
  for (fetched_ = std::max(fetched_, begin_); fetched_ < until;) {
    const Entry& entry = *EntryAt(fetched_);
    if (entry.sizes == 0) {
      fetched_ += log_units_ - fetched_ % log_units_;
      continue;
    }
    const std::uint64_t hash = hash_(entry.key());
    slots_.Prefetch(HalfOf(hash));
    filter_.Prefetch(hash);
    if (entry.head_bytes() > 0) fingerprints_.Prefetch(entry.key(), entry.head());
    fetched_ += UnitsOf(entry.key_bytes(), entry.head_bytes());
  }
}

void Identities::ForgetOldest() noexcept {
  IDEM_ASSERT(begin_ < end_, "I-ID-2");
  FetchNextOldest();
  const Entry& oldest = *EntryAt(begin_);
  if (oldest.sizes == 0) {
    begin_ += log_units_ - begin_ % log_units_;
    return;
  }
  // Only what a slot refers to is alive.
  const std::uint64_t hash = hash_(oldest.key());
  std::uint32_t* place = PlaceOf(oldest.key(), hash);
  if (place != nullptr && *place == PlaceAt(begin_)) {
    slots_.Remove(place);
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
