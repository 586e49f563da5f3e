// SPDX-License-Identifier: Apache-2.0
//
// RowFingerprints: which rows a store holds exactly so, at 12.8 bytes each. For rows whose entries
// had to make room among the identities: a record that would write what is there already is known
// for a repeat without a read. Of any other record this says nothing.
//
//   buckets    5 entries in a line of the cache. Each row has two buckets and goes to the emptier
//              one; where both are full, a row of the first makes room by going to its other one.
//              At 13.6 bytes a row 99 of 100 rows are kept
//   entry      64 bits of the fingerprint, 38 of the commit that wrote the row
//
// The fingerprint is the keyed 128-bit hash of all that makes a row what it is: key, version, rank
// and payload's fingerprint. One half says which is the first bucket; the other is kept, and says
// which is the second once the first is known. A record is compared with ten entries, so one that
// is no repeat is taken for one with odds of 10 to 2^64: with 10^12 records there is a chance of
// 5 * 10^-7 that it happened to one. The hash has a secret for each object, from the system's
// random numbers, so that nobody can choose records that collide.
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
  // commit below 2^38 has written.
  void Put(std::string_view key, std::string_view head) noexcept;

  // Bring into the cache what Find, and what Put with the same row will look at.
  void Prefetch(const codec::Fingerprint& fingerprint) const noexcept;
  void Prefetch(std::string_view key, std::string_view head) const noexcept;

  // The commit that wrote the row; nothing when it is not known.
  std::optional<std::uint64_t> Find(const codec::Fingerprint& fingerprint) const noexcept;

  void Erase(const codec::Fingerprint& fingerprint) noexcept;

 private:
  static constexpr std::size_t kEntriesPerBucket = 5;
  static constexpr std::size_t kSecretWords = 24;  // as many bytes as XXH3's own secret has

  struct Bucket {
    std::array<std::uint64_t, kEntriesPerBucket> kept{};  // of the fingerprints: their lower half
    std::array<std::uint32_t, kEntriesPerBucket> commits{};  // their 32 lower bits
    std::uint32_t high_bits = 0;                             // the 6 upper ones of each
  };
  struct Place {
    Bucket* bucket = nullptr;
    std::size_t entry = 0;
  };

  struct Free {
    std::size_t count = 0;
    std::size_t entry = 0;  // one of them
  };

  bool Keeps(std::string_view key, std::string_view head, codec::RowEnvelope* row) const noexcept;
  Bucket* BucketAt(std::uint64_t bucket) const noexcept;
  // The first and the other one.
  std::array<std::uint64_t, 2> BucketsOf(const codec::Fingerprint& fingerprint) const noexcept;
  std::uint64_t OtherBucket(std::uint64_t bucket, std::uint64_t kept) const noexcept;
  // A place to write to, whatever is there. May move another row out of it.
  Place PlaceFor(const codec::Fingerprint& fingerprint) noexcept;
  Place PlaceOf(const codec::Fingerprint& fingerprint) const noexcept;
  static Free FreeIn(const Bucket& bucket) noexcept;
  // 0: the entry is free.
  static std::uint64_t CommitIn(const Bucket& bucket, std::size_t entry) noexcept;
  static void Write(const Place& place, std::uint64_t kept, std::uint64_t commit) noexcept;

  const base::Pages memory_;
  const std::uint64_t buckets_;
  std::array<std::uint64_t, kSecretWords> secret_;
};

}  // namespace idem::pipeline
