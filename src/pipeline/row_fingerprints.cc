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

constexpr int kCommitBits = 40;
constexpr std::uint64_t kCommitMask = (std::uint64_t{1} << kCommitBits) - 1;

std::uint64_t HighPart(const codec::Fingerprint& fingerprint) noexcept {
  return fingerprint.high << kCommitBits;
}

}  // namespace

RowFingerprints::RowFingerprints(std::size_t bytes)
    : memory_(bytes / sizeof(Bucket) * sizeof(Bucket)), buckets_(memory_.bytes() / sizeof(Bucket)) {
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

std::array<RowFingerprints::Bucket*, 2> RowFingerprints::BucketsOf(
    const codec::Fingerprint& fingerprint) const noexcept {
  auto* buckets = static_cast<Bucket*>(memory_.memory());
  return {buckets + ((fingerprint.high >> 32) * buckets_ >> 32),
          buckets + ((fingerprint.low >> 32) * buckets_ >> 32)};
}

RowFingerprints::Entry* RowFingerprints::EntryOf(
    const codec::Fingerprint& fingerprint) const noexcept {
  if (!enabled()) return nullptr;
  const std::uint64_t high = HighPart(fingerprint);
  for (Bucket* bucket : BucketsOf(fingerprint)) {
    for (Entry& entry : *bucket) {
      if (entry.low != fingerprint.low || entry.high == 0) continue;
      if ((entry.high & ~kCommitMask) == high) return &entry;
    }
  }
  return nullptr;
}

// A free one in the emptier bucket, or one to overwrite.
RowFingerprints::Entry* RowFingerprints::PlaceFor(
    const codec::Fingerprint& fingerprint) const noexcept {
  Entry* place = nullptr;
  std::ptrdiff_t free_most = 0;
  const auto is_free = [](const Entry& entry) { return entry.high == 0; };
  for (Bucket* bucket : BucketsOf(fingerprint)) {
    const auto free = std::count_if(bucket->begin(), bucket->end(), is_free);
    if (free <= free_most) continue;
    free_most = free;
    place = std::find_if(bucket->begin(), bucket->end(), is_free);
  }
  if (place != nullptr) return place;
  return &(*BucketsOf(fingerprint)[0])[fingerprint.low % kEntriesPerBucket];
}

// Whether a row is one of those that are kept; sets what the head says.
bool RowFingerprints::Keeps(std::string_view key, std::string_view head,
                            codec::RowEnvelope* row) const noexcept {
  if (!enabled() || key[0] != static_cast<char>(codec::Space::kRow)) return false;
  return codec::DecodeRow(head, row) && !row->tombstone && row->commit <= kCommitMask;
}

void RowFingerprints::Put(std::string_view key, std::string_view head) noexcept {
  codec::RowEnvelope row;
  if (!Keeps(key, head, &row)) return;
  const codec::Fingerprint fingerprint = Of(key, row);
  Entry* entry = EntryOf(fingerprint);
  if (entry == nullptr) entry = PlaceFor(fingerprint);
  *entry = {fingerprint.low, HighPart(fingerprint) | row.commit};
}

void RowFingerprints::Prefetch(const codec::Fingerprint& fingerprint) const noexcept {
  for (const Bucket* bucket : BucketsOf(fingerprint)) base::Fetch(bucket);
}

void RowFingerprints::Prefetch(std::string_view key, std::string_view head) const noexcept {
  codec::RowEnvelope row;
  if (Keeps(key, head, &row)) Prefetch(Of(key, row));
}

std::optional<std::uint64_t> RowFingerprints::Find(
    const codec::Fingerprint& fingerprint) const noexcept {
  const Entry* entry = EntryOf(fingerprint);
  return entry == nullptr ? std::nullopt : std::optional(entry->high & kCommitMask);
}

void RowFingerprints::Erase(const codec::Fingerprint& fingerprint) noexcept {
  if (Entry* entry = EntryOf(fingerprint)) *entry = {};
}

}  // namespace idem::pipeline
