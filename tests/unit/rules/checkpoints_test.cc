// SPDX-License-Identifier: Apache-2.0
#include "rules/checkpoints.h"

#include <idem/limits.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace idem::rules {
namespace {

using Ranges = std::vector<OffsetRange>;

const SourceOptions kTracked{};
const SourceOptions kRefused{.gaps = GapPolicy::kRefuse};
const SourceOptions kLegal{.gaps = GapPolicy::kLegal};

SourceOptions StartingAt(std::int64_t start, GapPolicy gaps = GapPolicy::kTrack) {
  return {.gaps = gaps, .start = start};
}

Checkpoint At(std::int64_t start, std::int64_t next, Ranges done = {}) {
  Checkpoint checkpoint;
  checkpoint.start = start;
  checkpoint.next = next;
  checkpoint.done = std::move(done);
  return checkpoint;
}

void ExpectAt(const Checkpoint& checkpoint, std::int64_t start, std::int64_t next,
              const Ranges& done = {}) {
  EXPECT_EQ(checkpoint.start, start);
  EXPECT_EQ(checkpoint.next, next);
  EXPECT_EQ(checkpoint.done, done);
  EXPECT_TRUE(IsConsistent(checkpoint));
}

TEST(Checkpoints, StartAtTheFirstOffsetOffered) {
  Checkpoint checkpoint = FreshCheckpoint();
  EXPECT_TRUE(IsFresh(checkpoint));
  EXPECT_EQ(Deliver(kTracked, 7, &checkpoint), Delivery::kNew);
  EXPECT_FALSE(IsFresh(checkpoint));
  ExpectAt(checkpoint, 7, 8);
}

TEST(Checkpoints, StartWhereTheSourceSays) {
  Checkpoint checkpoint = FreshCheckpoint();
  EXPECT_EQ(Deliver(StartingAt(5), 7, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 5, 5, {{7, 8}});
  checkpoint = FreshCheckpoint();
  EXPECT_EQ(Deliver(StartingAt(5), 3, &checkpoint), Delivery::kUnknown);
  ExpectAt(checkpoint, 5, 5);
}

TEST(Checkpoints, WhatIsDoneIsReplayed) {
  Checkpoint checkpoint = At(2, 5, {{7, 9}});
  for (const std::int64_t offset : {2, 4, 7, 8}) {
    EXPECT_EQ(Deliver(kTracked, offset, &checkpoint), Delivery::kReplayed) << offset;
  }
  EXPECT_EQ(Deliver(kTracked, 1, &checkpoint), Delivery::kUnknown);
  ExpectAt(checkpoint, 2, 5, {{7, 9}});
}

TEST(Checkpoints, HolesStayOpenUntilTheyAreFilled) {
  Checkpoint checkpoint = At(0, 1);
  for (const std::int64_t offset : {5, 3, 4}) {
    EXPECT_EQ(Deliver(kTracked, offset, &checkpoint), Delivery::kNew);
  }
  ExpectAt(checkpoint, 0, 1, {{3, 6}});
  EXPECT_EQ(checkpoint.Holes(), (Ranges{{1, 3}}));
  EXPECT_EQ(Deliver(kTracked, 1, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 0, 2, {{3, 6}});
  EXPECT_EQ(Deliver(kTracked, 2, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 0, 6);
}

TEST(Checkpoints, ARefusedGapChangesNothing) {
  Checkpoint checkpoint = At(0, 3);
  EXPECT_EQ(Deliver(kRefused, 4, &checkpoint), Delivery::kGap);
  ExpectAt(checkpoint, 0, 3);
  EXPECT_EQ(Deliver(kRefused, 3, &checkpoint), Delivery::kNew);
  EXPECT_EQ(Deliver(kRefused, 3, &checkpoint), Delivery::kReplayed);
  ExpectAt(checkpoint, 0, 4);
  checkpoint = FreshCheckpoint();
  EXPECT_EQ(Deliver(StartingAt(5, GapPolicy::kRefuse), 6, &checkpoint), Delivery::kGap);
  EXPECT_TRUE(IsFresh(checkpoint));
  EXPECT_EQ(Deliver(kRefused, 6, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 6, 7);
}

TEST(Checkpoints, ALegalGapIsSkipped) {
  Checkpoint checkpoint = At(0, 3, {{5, 6}});
  EXPECT_EQ(Deliver(kLegal, 9, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 0, 10);
  EXPECT_EQ(Deliver(kLegal, 4, &checkpoint), Delivery::kReplayed);
}

TEST(Checkpoints, NothingStaysOpenBeforeALegalEmptyRange) {
  Checkpoint checkpoint = At(0, 5);
  MarkDone({.gaps = GapPolicy::kLegal}, {8, 10}, &checkpoint);
  ExpectAt(checkpoint, 0, 10);
  checkpoint = FreshCheckpoint();
  MarkDone({.gaps = GapPolicy::kLegal}, {8, 10}, &checkpoint);
  ExpectAt(checkpoint, 8, 10);
}

TEST(Checkpoints, MarkDoneMergesWhatOverlapsOrTouches) {
  const struct {
    OffsetRange range;
    std::int64_t next;
    Ranges done;
  } kRows[] = {
      {{15, 17}, 10, {{15, 17}, {20, 22}, {30, 32}}},  // alone
      {{15, 20}, 10, {{15, 22}, {30, 32}}},            // touches from below
      {{22, 25}, 10, {{20, 25}, {30, 32}}},            // touches from above
      {{21, 31}, 10, {{20, 32}}},                      // joins two
      {{12, 40}, 10, {{12, 40}}},                      // covers all
      {{20, 21}, 10, {{20, 22}, {30, 32}}},            // is there already
      {{40, 41}, 10, {{20, 22}, {30, 32}, {40, 41}}},  // at the end
      {{5, 20}, 22, {{30, 32}}},                       // from below next up to a range
      {{10, 12}, 12, {{20, 22}, {30, 32}}},            // moves next
      {{10, 35}, 35, {}},                              // moves next over all
      {{3, 9}, 10, {{20, 22}, {30, 32}}},              // all done
      {{12, 12}, 10, {{20, 22}, {30, 32}}},            // empty
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.range.begin);
    Checkpoint checkpoint = At(0, 10, {{20, 22}, {30, 32}});
    MarkDone(kTracked, row.range, &checkpoint);
    ExpectAt(checkpoint, 0, row.next, row.done);
    EXPECT_FALSE(MarkDone(kTracked, row.range, &checkpoint)) << "nothing is new the second time";
  }
}

TEST(Checkpoints, AdvanceNeverMovesBack) {
  Checkpoint checkpoint = At(0, 10, {{20, 22}});
  AdvanceTo(kTracked, 5, &checkpoint);
  ExpectAt(checkpoint, 0, 10, {{20, 22}});
  AdvanceTo(kTracked, 19, &checkpoint);
  ExpectAt(checkpoint, 0, 19, {{20, 22}});
  AdvanceTo(kTracked, 20, &checkpoint);
  ExpectAt(checkpoint, 0, 22);
  Checkpoint fresh = FreshCheckpoint();
  EXPECT_TRUE(AdvanceTo(kTracked, 4, &fresh));
  ExpectAt(fresh, 0, 4);
  EXPECT_FALSE(AdvanceTo(kTracked, 4, &fresh));
  fresh = FreshCheckpoint();
  EXPECT_TRUE(AdvanceTo(StartingAt(9), 4, &fresh));
  ExpectAt(fresh, 9, 9);
}

TEST(Checkpoints, RewindMovesBackAndForthAndForgetsWhatWasDoneBeyond) {
  Checkpoint checkpoint = At(5, 10, {{20, 22}});
  RewindTo(7, &checkpoint);
  ExpectAt(checkpoint, 5, 7);
  RewindTo(2, &checkpoint);
  ExpectAt(checkpoint, 2, 2);
  RewindTo(50, &checkpoint);
  ExpectAt(checkpoint, 2, 50);
}

TEST(Checkpoints, TheLargestOffsetFits) {
  Checkpoint checkpoint = At(0, kOffsetMax);
  EXPECT_EQ(Deliver(kTracked, kOffsetMax, &checkpoint), Delivery::kNew);
  ExpectAt(checkpoint, 0, INT64_MAX);
  EXPECT_EQ(Deliver(kTracked, kOffsetMax, &checkpoint), Delivery::kReplayed);
}

TEST(Checkpoints, InconsistentOnesAreRecognised) {
  EXPECT_FALSE(IsConsistent(At(5, 4)));
  EXPECT_FALSE(IsConsistent(At(0, 4, {{4, 5}})));          // touches next
  EXPECT_FALSE(IsConsistent(At(0, 4, {{3, 5}})));          // below next
  EXPECT_FALSE(IsConsistent(At(0, 4, {{6, 6}})));          // empty
  EXPECT_FALSE(IsConsistent(At(0, 4, {{6, 8}, {8, 9}})));  // touching
  EXPECT_FALSE(IsConsistent(At(0, 4, {{9, 10}, {6, 8}})));
  EXPECT_TRUE(IsConsistent(At(0, 4, {{6, 8}, {9, 10}})));
}

}  // namespace
}  // namespace idem::rules
