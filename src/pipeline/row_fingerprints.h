// SPDX-License-Identifier: Apache-2.0
//
// RowFingerprints: which rows a store holds exactly so, at 16 bytes each. For rows whose entries
// had to make room among the identities: a record that would write what is there already is known
// for a repeat without a read. Of any other record this says nothing.
//
//   buckets    4 entries in a line of the cache. Each row has two buckets and goes to the emptier
//              one: while a tenth of all entries is free, 96 of 100 rows are kept
//   entry      88 bits of the fingerprint, 40 of the commit that wrote the row
//
// The fingerprint is the keyed 128-bit hash of all that makes a row what it is: key, version, rank
// and payload's fingerprint. A record is compared with eight entries, so one that is no repeat
// is taken for one with odds of 8 to 2^88: with 10^12 records there is a chance of 3 * 10^-14 that
// it happened to one. The hash has a secret for each object, from the system's random
// numbers, so that nobody can choose records that collide.
//
// I-FP-1  What is found is a row of the store as it is now.
//
// It holds because the one writer of the store takes out (Erase) the fingerprint of every row that
// a commit has changed, and puts in only what an entry of the identities says (I-ID-1).
//
// Thread-safety: external. No method fails or throws.
#pragma once

#include "base/pages.h"
#include "codec/row_envelope.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace idem::pipeline {

class RowFingerprints {
 public:
  // Laid out for `bytes`, which may be 0: then nothing is ever kept.
  explicit RowFingerprints(std::size_t bytes);

  bool enabled() const noexcept { return buckets_ > 0; }
  std::uint64_t capacity() const noexcept { return buckets_ * kEntriesPerBucket; }

  // Of a row with this store key. Neither its commit nor its payload counts.
  codec::Fingerprint Of(std::string_view key, const codec::RowEnvelope& row) const noexcept;

  // `head` is that of the store's entry of `key`. Only live rows are kept, and of them those that a
  // commit below 2^40 has written.
  void Put(std::string_view key, std::string_view head) noexcept;

  // Bring into the cache what Find, and what Put with the same row will look at.
  void Prefetch(const codec::Fingerprint& fingerprint) const noexcept;
  void Prefetch(std::string_view key, std::string_view head) const noexcept;

  // The commit that wrote the row; nothing when it is not known.
  std::optional<std::uint64_t> Find(const codec::Fingerprint& fingerprint) const noexcept;

  void Erase(const codec::Fingerprint& fingerprint) noexcept;

 private:
  static constexpr std::size_t kEntriesPerBucket = 4;
  static constexpr std::size_t kSecretWords = 24;  // as many bytes as XXH3's own secret has

  struct Entry {
    std::uint64_t low = 0;   // of the fingerprint
    std::uint64_t high = 0;  // its 24 lowest bits, and the commit; 0: free
  };
  using Bucket = std::array<Entry, kEntriesPerBucket>;

  bool Keeps(std::string_view key, std::string_view head, codec::RowEnvelope* row) const noexcept;
  std::array<Bucket*, 2> BucketsOf(const codec::Fingerprint& fingerprint) const noexcept;
  Entry* PlaceFor(const codec::Fingerprint& fingerprint) const noexcept;
  Entry* EntryOf(const codec::Fingerprint& fingerprint) const noexcept;

  const base::Pages memory_;
  const std::uint64_t buckets_;
  std::array<std::uint64_t, kSecretWords> secret_;
};

}  // namespace idem::pipeline
