// SPDX-License-Identifier: Apache-2.0
//
// SlotTable: where the entry of a hash is. It grows with what it holds, one segment of a few dozen
// KiB at a time, so that no insertion waits for a whole table to be copied and a small store takes
// neither the memory nor the cache of a large one (extendible hashing: Fagin, Nievergelt, Pippenger
// and Strong, 1979).
//
//   directory  first bits of the hash -> segment; many of them share one while there are few
//   segment    buckets; a hash that finds its own one full is in the next that is not
//   bucket     eight hashes and eight places, one line of the cache, the used ones in front
//
// A segment that gets full is divided by the next bit of its hashes. Where in its segment a hash is
// looked for does not depend on how often that was divided.
//
// Thread-safety: external. After construction no method fails or throws.
#pragma once

#include "base/equal_words.h"
#include "base/fetch.h"
#include "base/pages.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace idem::pipeline {

class SlotTable {
 public:
  static constexpr std::size_t kBucketBytes = 64;

  // Never takes more than `bytes`, and nothing when they are too few for a bucket or the system
  // refuses them.
  explicit SlotTable(std::size_t bytes);

  // How many entries it should hold at most: six to a bucket.
  std::size_t capacity() const noexcept { return RoomOf(segment_buckets_ << depth_max_); }
  std::size_t size() const noexcept { return size_; }

  // The place of `hash` for which `is_it(place)` holds, or null.
  template <typename IsIt>
  std::uint32_t* Find(std::uint32_t hash, IsIt&& is_it) const noexcept {
    if (segment_buckets_ == 0) return nullptr;
    const Segment segment = SegmentOf(hash);
    for (Bucket* bucket = segment.HomeOf(hash);; bucket = segment.After(bucket)) {
      for (unsigned equal = base::EqualWords(bucket->hashes, hash); equal != 0;
           equal &= equal - 1) {
        std::uint32_t* place = &bucket->places[std::countr_zero(equal)];
        if (*place != 0 && is_it(*place)) return place;
      }
      if (!bucket->full()) return nullptr;
    }
  }

  // `place` is the caller's, but not 0. False, with nothing changed, where thousands of equal
  // hashes leave no room.
  bool Insert(std::uint32_t hash, std::uint32_t place) noexcept;

  // REQUIRES: `place` is what Find returned, and nothing was inserted or removed since.
  void Remove(std::uint32_t* place) noexcept;

  void Prefetch(std::uint32_t hash) const noexcept {
    if (segment_buckets_ > 0) base::Fetch(SegmentOf(hash).HomeOf(hash));
  }

 private:
  static constexpr std::size_t kSlots = 8;

  struct Bucket {
    std::uint32_t hashes[kSlots];
    std::uint32_t places[kSlots];  // 0: free

    bool full() const noexcept { return places[kSlots - 1] != 0; }
    std::size_t size() const noexcept;
    void RemoveAt(std::size_t at) noexcept;
  };
  static_assert(sizeof(Bucket) == kBucketBytes);

  struct Segment {
    Bucket* begin;
    std::size_t buckets;

    // By other bits than the first ones, which are the same all over a segment.
    Bucket* HomeOf(std::uint32_t hash) const noexcept {
      constexpr std::uint32_t kMix = 0x9e3779b1;  // 2^32 divided by the golden ratio
      return begin + (std::uint64_t{hash * kMix} * buckets >> 32);
    }
    Bucket* After(Bucket* bucket) const noexcept {
      return bucket + 1 == begin + buckets ? begin : bucket + 1;
    }
    // Whether a probe for `hash` looks at `hole` before it comes to `bucket`.
    bool Passes(std::uint32_t hash, const Bucket* hole, const Bucket* bucket) const noexcept;
    void Insert(std::uint32_t hash, std::uint32_t place) const noexcept;  // REQUIRES: there is room
    void FillHole(Bucket* hole) const noexcept;
  };
  struct SegmentState {
    std::uint32_t size = 0;
    std::uint32_t depth = 0;  // how many bits all its hashes have in common
  };

  static constexpr std::size_t RoomOf(std::size_t buckets) noexcept { return buckets * 6; }
  std::size_t DirectoryAt(std::uint32_t hash) const noexcept {
    return static_cast<std::size_t>(std::uint64_t{hash} >> (32 - depth_max_));
  }
  Segment SegmentAt(std::size_t number) const noexcept {
    return {static_cast<Bucket*>(pages_.memory()) + number * segment_buckets_, segment_buckets_};
  }
  Segment SegmentOf(std::uint32_t hash) const noexcept {
    return SegmentAt(directory_[DirectoryAt(hash)]);
  }
  SegmentState* StateOf(std::uint32_t hash) noexcept {
    return &segments_[directory_[DirectoryAt(hash)]];
  }
  void Divide(std::uint32_t hash) noexcept;

  const base::Pages pages_;
  const std::uint32_t depth_max_;
  const std::size_t segment_buckets_;
  std::vector<std::uint16_t> directory_;  // 2^depth_max_
  std::vector<SegmentState> segments_;    // those in use; capacity for all
  std::vector<Bucket> divided_;           // capacity for one segment's
  std::size_t size_ = 0;
};

}  // namespace idem::pipeline
