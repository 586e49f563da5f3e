// SPDX-License-Identifier: Apache-2.0
#include "pipeline/slot_table.h"

#include "support/random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace idem::pipeline {
namespace {

using ::idem::testing::Random;

constexpr std::size_t kBucketBytes = SlotTable::kBucketBytes;

auto Is(std::uint32_t wanted) {
  return [wanted](std::uint32_t place) { return place == wanted; };
}

std::uint32_t RandomHash(Random* random) {
  return static_cast<std::uint32_t>(random->Below(std::uint64_t{1} << 32));
}

TEST(SlotTable, OfNothingHoldsNothing) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, kBucketBytes - 1}) {
    SlotTable table(bytes);
    EXPECT_EQ(table.capacity(), 0U);
    EXPECT_FALSE(table.Insert(1, 1));
    EXPECT_EQ(table.Find(1, Is(1)), nullptr);
    table.Prefetch(1);
  }
}

// From one segment to as many as there may be, of sizes that are no powers of two.
TEST(SlotTable, HoldsItsCapacityWhereverTheHashesFall) {
  for (const std::size_t buckets : {1, 2, 100, 1'023, 1'024, 6'000, 40'001}) {
    SCOPED_TRACE(buckets);
    Random random(buckets);
    SlotTable table(buckets * kBucketBytes);
    ASSERT_GE(table.capacity(), buckets * 6 * 99 / 100);
    std::vector<std::uint32_t> hashes;
    for (std::uint32_t place = 1; place <= table.capacity(); ++place) {
      hashes.push_back(RandomHash(&random));
      ASSERT_TRUE(table.Insert(hashes.back(), place)) << place;
    }
    EXPECT_EQ(table.size(), table.capacity());
    for (std::uint32_t place = 1; place <= table.capacity(); ++place) {
      const std::uint32_t* found = table.Find(hashes[place - 1], Is(place));
      ASSERT_NE(found, nullptr) << place;
      EXPECT_EQ(*found, place);
    }
  }
}

// At the greatest depth it is segments that grow, not their number.
TEST(SlotTable, HasLargerSegmentsWhereItIsLarge) {
  constexpr std::size_t kBuckets = std::size_t{10} << 20;
  SlotTable table(kBuckets * kBucketBytes);
  EXPECT_GE(table.capacity(), kBuckets * 6 * 99 / 100);
  constexpr std::uint32_t kEntries = 40'000;
  for (std::uint32_t place = 1; place <= kEntries; ++place) {
    ASSERT_TRUE(table.Insert(place * 0x01000193, place));
  }
  for (std::uint32_t place = 1; place <= kEntries; ++place) {
    ASSERT_NE(table.Find(place * 0x01000193, Is(place)), nullptr) << place;
  }
}

TEST(SlotTable, AgreesWithAMapWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    SlotTable table((1 + random.Below(seed % 2 == 0 ? 30 : 4'000)) * kBucketBytes);
    // With few different ones there are many equal ones, and neighbours of neighbours.
    const std::uint64_t hashes = random.Below(2) == 0 ? 1 + random.Below(100) : 1 << 30;
    std::unordered_map<std::uint32_t, std::uint32_t> hash_of;  // by place
    std::vector<std::uint32_t> places;
    for (std::uint32_t next = 1; next <= 60'000; ++next) {
      if (random.Below(3) != 0) {
        const auto hash = static_cast<std::uint32_t>(random.Below(hashes) * 0x01000193);
        if (table.size() < table.capacity() && table.Insert(hash, next)) {
          hash_of[next] = hash;
          places.push_back(next);
        }
      } else if (!places.empty()) {
        std::swap(places[random.Below(places.size())], places.back());
        const std::uint32_t place = places.back();
        places.pop_back();
        std::uint32_t* found = table.Find(hash_of[place], Is(place));
        ASSERT_NE(found, nullptr);
        table.Remove(found);
        ASSERT_EQ(table.Find(hash_of[place], Is(place)), nullptr);
        hash_of.erase(place);
      }
    }
    ASSERT_EQ(table.size(), hash_of.size());
    for (const auto& [place, hash] : hash_of) ASSERT_NE(table.Find(hash, Is(place)), nullptr);
  }
}

TEST(SlotTable, RefusesWhatThousandsOfEqualHashesLeaveNoSlotFor) {
  SlotTable table(12'000 * kBucketBytes);
  std::uint32_t place = 1;
  while (place < 96'000 && table.Insert(7, place)) ++place;
  EXPECT_GT(place, 4'000U);
  EXPECT_LT(place, 96'000U);
  EXPECT_EQ(table.size(), place - 1);
  EXPECT_EQ(table.Find(7, Is(place)), nullptr);
  EXPECT_NE(table.Find(7, Is(place - 1)), nullptr);
  EXPECT_EQ(table.Find(8, Is(1)), nullptr);
  EXPECT_TRUE(table.Insert(0xffffffff, place)) << "the others have theirs";
}

}  // namespace
}  // namespace idem::pipeline
