// SPDX-License-Identifier: Apache-2.0
#include "pipeline/row_fingerprints.h"

#include "base/coding.h"
#include "base/fetch.h"
#include "codec/keyspace.h"

#include <algorithm>
#include <cstring>
#include <random>

// Compiled in rather than called, as in key_hash.cc.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace idem::pipeline {
namespace {

constexpr int kLowBits = 32;
constexpr int kHighBits = 6;
constexpr std::uint32_t kHighMask = (1U << kHighBits) - 1;
constexpr std::uint64_t kCommitMax = (std::uint64_t{1} << (kLowBits + kHighBits)) - 1;

constexpr std::size_t kBucketsMax = UINT32_MAX;  // half of a hash is multiplied with their number

int ShiftOf(std::size_t entry) noexcept { return static_cast<int>(entry) * kHighBits; }

}  // namespace

RowFingerprints::RowFingerprints(std::size_t bytes)
    : memory_(std::min(bytes / sizeof(Bucket), kBucketsMax) * sizeof(Bucket)),
      buckets_(memory_.bytes() / sizeof(Bucket)) {
  static_assert(sizeof secret_ == XXH3_SECRET_DEFAULT_SIZE && sizeof(Bucket) == 64);
  if (!enabled()) return;
  std::random_device device;
  for (std::uint64_t& word : secret_) word = std::uint64_t{device()} << 32 | device();
}

codec::Fingerprint RowFingerprints::Of(std::string_view key,
                                       const codec::RowEnvelope& row) const noexcept {
  const XXH128_hash_t of_key =
      XXH3_128bits_withSecret(key.data(), key.size(), secret_.data(), sizeof secret_);
  char bytes[sizeof of_key + codec::kRowHeadBytesMax];
  std::memcpy(bytes, &of_key, sizeof of_key);
  const codec::RowEnvelope timeless{row.tombstone, 0, row.rank, row.version, row.fingerprint, {}};
  const std::size_t size = sizeof of_key + codec::PutRowHead(timeless, bytes + sizeof of_key);
  const XXH128_hash_t hash = XXH3_128bits_withSecret(bytes, size, secret_.data(), sizeof secret_);
  return {hash.high64, hash.low64};
}

RowFingerprints::Bucket* RowFingerprints::BucketAt(std::uint64_t bucket) const noexcept {
  return static_cast<Bucket*>(memory_.memory()) + bucket;
}

std::array<std::uint64_t, 2> RowFingerprints::BucketsOf(
    const codec::Fingerprint& fingerprint) const noexcept {
  const std::uint64_t first = (fingerprint.high >> 32) * buckets_ >> 32;
  return {first, OtherBucket(first, fingerprint.low)};
}

// The numbers of a row's buckets have a sum that follows from what is kept of it, so either says
// which the other is.
std::uint64_t RowFingerprints::OtherBucket(std::uint64_t bucket,
                                           std::uint64_t kept) const noexcept {
  const std::uint64_t sum = (kept >> 32) * buckets_ >> 32;
  return sum >= bucket ? sum - bucket : sum + buckets_ - bucket;
}

std::uint64_t RowFingerprints::CommitIn(const Bucket& bucket, std::size_t entry) noexcept {
  const std::uint64_t high = bucket.high_bits >> ShiftOf(entry) & kHighMask;
  return high << kLowBits | bucket.commits[entry];
}

void RowFingerprints::Write(const Place& place, std::uint64_t kept, std::uint64_t commit) noexcept {
  Bucket& bucket = *place.bucket;
  bucket.kept[place.entry] = kept;
  bucket.commits[place.entry] = static_cast<std::uint32_t>(commit);
  const int shift = ShiftOf(place.entry);
  bucket.high_bits &= ~(kHighMask << shift);
  bucket.high_bits |= static_cast<std::uint32_t>(commit >> kLowBits) << shift;
}

// Without a bucket when there is none.
RowFingerprints::Place RowFingerprints::PlaceOf(
    const codec::Fingerprint& fingerprint) const noexcept {
  if (!enabled()) return {};
  for (const std::uint64_t at : BucketsOf(fingerprint)) {
    Bucket* const bucket = BucketAt(at);
    for (std::size_t entry = 0; entry < kEntriesPerBucket; ++entry) {
      if (bucket->kept[entry] != fingerprint.low) continue;
      if (CommitIn(*bucket, entry) != 0) return {bucket, entry};
    }
  }
  return {};
}

RowFingerprints::Free RowFingerprints::FreeIn(const Bucket& bucket) noexcept {
  Free free;
  for (std::size_t entry = 0; entry < kEntriesPerBucket; ++entry) {
    if (CommitIn(bucket, entry) == 0) free = {free.count + 1, entry};
  }
  return free;
}

// A free one in the emptier bucket; one whose row finds room in its other bucket; or that of a row
// which is forgotten.
RowFingerprints::Place RowFingerprints::PlaceFor(const codec::Fingerprint& fingerprint) noexcept {
  const auto [first, second] = BucketsOf(fingerprint);
  Bucket* const bucket = BucketAt(first);
  const Free in_first = FreeIn(*bucket);
  const Free in_second = FreeIn(*BucketAt(second));
  if (in_second.count > in_first.count) return {BucketAt(second), in_second.entry};
  if (in_first.count > 0) return {bucket, in_first.entry};
  for (std::size_t entry = 0; entry < kEntriesPerBucket; ++entry) {
    Bucket* const other = BucketAt(OtherBucket(first, bucket->kept[entry]));
    const Free room = FreeIn(*other);
    if (room.count == 0) continue;
    Write({other, room.entry}, bucket->kept[entry], CommitIn(*bucket, entry));
    return {bucket, entry};
  }
  return {bucket, fingerprint.low % kEntriesPerBucket};
}

// Whether a row is one of those that are kept; sets what the head says.
bool RowFingerprints::Keeps(std::string_view key, std::string_view head,
                            codec::RowEnvelope* row) const noexcept {
  if (!enabled() || !codec::IsRowKey(key)) return false;
  return codec::DecodeRowHead(head, row) && !row->tombstone && row->commit <= kCommitMax;
}

void RowFingerprints::Put(std::string_view key, std::string_view head) noexcept {
  codec::RowEnvelope row;
  if (!Keeps(key, head, &row)) return;
  const codec::Fingerprint fingerprint = Of(key, row);
  const Place known = PlaceOf(fingerprint);
  Write(known.bucket != nullptr ? known : PlaceFor(fingerprint), fingerprint.low, row.commit);
}

void RowFingerprints::Prefetch(const codec::Fingerprint& fingerprint) const noexcept {
  for (const std::uint64_t bucket : BucketsOf(fingerprint)) base::Fetch(BucketAt(bucket));
}

void RowFingerprints::Prefetch(std::string_view key, std::string_view head) const noexcept {
  codec::RowEnvelope row;
  if (Keeps(key, head, &row)) Prefetch(Of(key, row));
}

std::optional<std::uint64_t> RowFingerprints::Find(
    const codec::Fingerprint& fingerprint) const noexcept {
  const Place place = PlaceOf(fingerprint);
  if (place.bucket == nullptr) return std::nullopt;
  return CommitIn(*place.bucket, place.entry);
}

void RowFingerprints::Erase(const codec::Fingerprint& fingerprint) noexcept {
  const Place place = PlaceOf(fingerprint);
  if (place.bucket != nullptr) Write(place, 0, 0);
}

}  // namespace idem::pipeline
