// SPDX-License-Identifier: Apache-2.0
#include "pipeline/slot_table.h"

#include <algorithm>

namespace idem::pipeline {
namespace {

// Small enough that nobody notices a division, large enough that segments fill evenly: their sizes
// vary by the root of it, two of a hundred.
constexpr std::size_t kSegmentBucketsMin = 512;
constexpr std::uint32_t kDepthAtMost = 12;

std::uint32_t DepthFor(std::size_t buckets) noexcept {
  std::uint32_t depth = 0;
  while (depth < kDepthAtMost && buckets >> (depth + 1) >= kSegmentBucketsMin) ++depth;
  return depth;
}

}  // namespace

SlotTable::SlotTable(std::size_t bytes)
    : pages_(bytes / kBucketBytes * kBucketBytes),
      depth_max_(DepthFor(pages_.bytes() / kBucketBytes)),
      segment_buckets_(pages_.bytes() / kBucketBytes >> depth_max_),
      directory_(std::size_t{1} << depth_max_),
      segments_(1) {
  segments_.reserve(directory_.size());
  if (depth_max_ > 0) divided_.reserve(segment_buckets_);
}

std::size_t SlotTable::Bucket::size() const noexcept {
  return static_cast<std::size_t>(std::countr_zero(base::EqualWords(places, 0) | 1U << kSlots));
}

// The last one takes its place, so that the used ones stay in front.
void SlotTable::Bucket::RemoveAt(std::size_t at) noexcept {
  const std::size_t last = size() - 1;
  hashes[at] = hashes[last];
  places[at] = places[last];
  places[last] = 0;
}

bool SlotTable::Segment::Passes(std::uint32_t hash, const Bucket* hole,
                                const Bucket* bucket) const noexcept {
  const Bucket* home = HomeOf(hash);
  return hole <= bucket ? home <= hole || home > bucket : home <= hole && home > bucket;
}

void SlotTable::Segment::Insert(std::uint32_t hash, std::uint32_t place) const noexcept {
  Bucket* bucket = HomeOf(hash);
  while (bucket->full()) bucket = After(bucket);
  const std::size_t at = bucket->size();
  bucket->hashes[at] = hash;
  bucket->places[at] = place;
}

// `hole` was full and is not any more, where probes for what is behind it would end. One of those
// moves in, whose own bucket is then looked at in the same way.
void SlotTable::Segment::FillHole(Bucket* hole) const noexcept {
  for (Bucket* bucket = After(hole);; bucket = After(bucket)) {
    const bool was_full = bucket->full();
    for (std::size_t at = 0; at < kSlots && bucket->places[at] != 0; ++at) {
      if (!Passes(bucket->hashes[at], hole, bucket)) continue;
      hole->hashes[kSlots - 1] = bucket->hashes[at];
      hole->places[kSlots - 1] = bucket->places[at];
      bucket->RemoveAt(at);
      hole = bucket;
      break;
    }
    if (!was_full) return;
  }
}

bool SlotTable::Insert(std::uint32_t hash, std::uint32_t place) noexcept {
  if (segment_buckets_ == 0) return false;
  SegmentState* state = StateOf(hash);
  if (state->size >= RoomOf(segment_buckets_) && state->depth < depth_max_) {
    Divide(hash);
    state = StateOf(hash);
  }
  // One slot stays free, for every probe to end.
  if (state->size + 1 >= segment_buckets_ * kSlots) return false;
  SegmentOf(hash).Insert(hash, place);
  ++state->size;
  ++size_;
  return true;
}

// The segment of `hash` keeps the hashes whose next bit is 0; the others get a new one.
void SlotTable::Divide(std::uint32_t hash) noexcept {
  const std::size_t low = directory_[DirectoryAt(hash)];
  const std::size_t high = segments_.size();
  const std::uint32_t depth = ++segments_[low].depth;
  segments_.push_back({.size = 0, .depth = depth});
  const std::size_t half = std::size_t{1} << (depth_max_ - depth);
  const std::size_t begin = DirectoryAt(hash) / (2 * half) * (2 * half);
  std::fill_n(directory_.begin() + static_cast<std::ptrdiff_t>(begin + half), half,
              static_cast<std::uint16_t>(high));

  const Segment segment = SegmentAt(low);
  divided_.assign(segment.begin, segment.begin + segment.buckets);
  std::fill_n(segment.begin, segment.buckets, Bucket{});
  segments_[low].size = 0;
  for (const Bucket& bucket : divided_) {
    for (std::size_t at = 0; at < kSlots && bucket.places[at] != 0; ++at) {
      SegmentOf(bucket.hashes[at]).Insert(bucket.hashes[at], bucket.places[at]);
      ++StateOf(bucket.hashes[at])->size;
    }
  }
}

void SlotTable::Remove(std::uint32_t* place) noexcept {
  auto* const buckets = static_cast<Bucket*>(pages_.memory());
  const auto offset = static_cast<std::size_t>(reinterpret_cast<char*>(place) -
                                               static_cast<char*>(pages_.memory()));
  Bucket* bucket = buckets + offset / kBucketBytes;
  const std::size_t number = offset / kBucketBytes / segment_buckets_;
  const bool was_full = bucket->full();
  bucket->RemoveAt(static_cast<std::size_t>(place - bucket->places));
  if (was_full) SegmentAt(number).FillHole(bucket);
  --segments_[number].size;
  --size_;
}

}  // namespace idem::pipeline
