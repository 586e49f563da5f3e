// SPDX-License-Identifier: Apache-2.0
//
// Identities: what decisions need of a store's rows and event ids, in memory. A record whose key is
// found here, or is certainly new, is decided without a read.
//
//   slots      {half of the key's hash, place}  slot_table.h
//   log        {sizes} key head                 a ring: a new entry overwrites the oldest ones
//   forgotten  a Bloom filter of the keys whose entries had to make room, and where the host wants
//              them, fingerprints of their rows (row_fingerprints.h)
//
// The head of a row is what decides of it (codec/row_envelope.h), that of an event id its value in
// the store. Whole keys are compared: a hash only says where to look (invariant: never a false
// duplicate).
//
// I-ID-1  A head that Find returns is the head of that key's entry in the store.
// I-ID-2  Of a key that Find says is absent, the store has no entry.
//
// Both hold because the one writer of the store tells of every entry that it wrote (Put, Erase),
// after the commit, and because it is told of all that there were before (Learn), of which it takes
// those that it was not told of since. Until that is over, what is not found may be there.
// Nothing is ever copied into something larger as a whole, so no insertion waits for that: the
// slots grow by segments, the rest is laid out for its largest size and touched as it is used.
//
// Thread-safety: external. No method fails or throws.
#pragma once

#include "base/pages.h"
#include "base/short_bytes.h"
#include "pipeline/blocked_bloom.h"
#include "pipeline/key_hash.h"
#include "pipeline/row_fingerprints.h"
#include "pipeline/slot_table.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace idem::pipeline {

class Identities {
 public:
  // `table_bytes` for slots and log, and so on; each may be 0.
  Identities(KeyHash hash, std::size_t table_bytes, std::size_t filter_bytes,
             std::size_t fingerprint_bytes = 0);

  // Whether to go through `keys` entries of a store. Of very many the filter would seldom spare a
  // read.
  bool WorthLoading(std::uint64_t keys) const noexcept;

  // An entry that the store held before the first Put and the first Erase.
  void Learn(std::string_view key, std::uint64_t hash, std::string_view head) noexcept;

  // Every entry that the store held then was learned.
  void FinishLearning() noexcept { learned_ = true; }

  enum class Presence : std::uint8_t {
    kUnknown,  // the store must be asked
    kAbsent,   // I-ID-2
    kPresent,  // I-ID-1
  };
  struct Found {
    Presence presence = Presence::kUnknown;
    std::string_view head;  // valid until the next Put or Erase
  };
  // The first entry whose key has the same half of a hash: hardly ever is it another key's.
  struct Guess {
    std::uint32_t place = 0;  // 0: there is none
  };
  // In all of these `hash` is that of the key. A guess is that of its hash, and good until the next
  // Put or Erase.
  Found Find(std::string_view key, std::uint64_t hash) const noexcept;
  Found Find(std::string_view key, std::uint64_t hash, Guess guess) const noexcept {
    if (guess.place == 0) return FoundNowhere(hash);
    const Entry& entry = *EntryOf(guess.place);
    return base::SameBytes(entry.key(), key) ? FoundIn(entry) : FindBeyondGuess(key, hash);
  }

  // Bring into the cache what Find will look at, the slot first and then what it refers to.
  void PrefetchSlot(std::uint64_t hash) const noexcept { slots_.Prefetch(HalfOf(hash)); }
  Guess PrefetchEntry(std::uint64_t hash) const noexcept;

  // Whether Find says kUnknown of no key.
  bool IsComplete() const noexcept { return learned_ && forgotten_ == 0; }

  // The store's entry of `key` has this head, which is not empty. Neither may lie in this object's
  // memory.
  void Put(std::string_view key, std::uint64_t hash, std::string_view head) noexcept;

  // The store has no entry of `key` any more. While it learns it keeps that in mind.
  void Erase(std::string_view key, std::uint64_t hash) noexcept;

  // Rows among those of which Find says kUnknown. Who changes one takes it out.
  const RowFingerprints& fingerprints() const noexcept { return fingerprints_; }
  RowFingerprints* mutable_fingerprints() noexcept { return &fingerprints_; }

  const KeyHash& hash() const noexcept { return hash_; }
  std::size_t size() const noexcept { return slots_.size(); }      // entries in memory
  std::uint64_t forgotten() const noexcept { return forgotten_; }  // keys given to the filter
  std::uint64_t filter_capacity() const noexcept { return filter_.capacity(); }

 private:
  static constexpr std::size_t kUnitBytes = 8;

  struct Entry {
    // The lowest byte is the size of the head, the rest that of the key. 0: nothing is here up to
    // the end of the ring.
    std::uint32_t sizes;

    std::size_t key_bytes() const noexcept { return sizes >> 8; }
    std::size_t head_bytes() const noexcept { return sizes & 0xff; }
    std::string_view key() const noexcept { return {bytes(), key_bytes()}; }
    std::string_view head() const noexcept { return {bytes() + key_bytes(), head_bytes()}; }
    const char* bytes() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  static std::uint32_t HalfOf(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32);
  }
  static std::size_t LogBytes(std::size_t table_bytes) noexcept;
  static std::uint64_t UnitsOf(std::size_t key_bytes, std::size_t head_bytes) noexcept;
  bool Fits(std::string_view key, std::string_view head) const noexcept;
  Entry* EntryAt(std::uint64_t position) const noexcept;
  Guess GuessAt(std::uint64_t hash) const noexcept;
  Found FindBeyondGuess(std::string_view key, std::uint64_t hash) const noexcept;
  static Found FoundIn(const Entry& entry) noexcept {
    const std::string_view head = entry.head();
    return {head.empty() ? Presence::kAbsent : Presence::kPresent, head};
  }
  Found FoundNowhere(std::uint64_t hash) const noexcept {
    const bool certain = learned_ && !MayBeForgotten(hash);
    return {certain ? Presence::kAbsent : Presence::kUnknown, {}};
  }
  // A place is that in the log, in units, and one more.
  Entry* EntryOf(std::uint32_t place) const noexcept {
    char* log = static_cast<char*>(log_.memory());
    return reinterpret_cast<Entry*>(log + std::size_t{place - 1} * kUnitBytes);
  }
  std::uint32_t PlaceAt(std::uint64_t position) const noexcept;
  std::uint32_t* PlaceOf(std::string_view key, std::uint64_t hash) const noexcept;
  void MakeRoom(std::uint64_t units) noexcept;
  void ForgetOldest() noexcept;
  void FetchNextOldest() noexcept;
  void Forget(std::string_view key, std::uint64_t hash, std::string_view head) noexcept;
  bool MayBeForgotten(std::uint64_t hash) const noexcept {
    return forgotten_ > 0 && filter_.MayContain(hash);
  }
  void Remove(std::string_view key, std::uint64_t hash) noexcept;

  const KeyHash hash_;
  SlotTable slots_;
  const base::Pages log_;
  const std::uint64_t log_units_;
  BlockedBloom filter_;
  RowFingerprints fingerprints_;

  std::uint64_t begin_ = 0;  // positions in an endless log; modulo log_units_ they are places
  std::uint64_t end_ = 0;
  std::uint64_t fetched_ = 0;  // what forgetting looks at is on its way for entries before it
  std::uint64_t forgotten_ = 0;
  bool learned_ = false;  // false: the store may hold keys that neither table nor filter knows
};

}  // namespace idem::pipeline
