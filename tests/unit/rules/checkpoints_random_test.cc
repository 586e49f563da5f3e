// SPDX-License-Identifier: Apache-2.0
//
// Random operations against the plainest model there is: the set of offsets done.
#include "rules/checkpoints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>

namespace idem::rules {
namespace {

constexpr std::int64_t kOffsets = 48;  // few, so that everything meets everything

// Knows each offset by itself.
struct Model {
  bool fresh = true;
  std::int64_t start = 0;
  std::set<std::int64_t> done;

  std::int64_t Next() const {
    std::int64_t next = start;
    while (done.contains(next)) ++next;
    return next;
  }
  void StartAt(std::int64_t offset) {
    if (fresh) start = offset;
    fresh = false;
  }
  void Mark(std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = std::max(begin, start); at < end; ++at) done.insert(at);
  }
};

class CheckpointModel : public ::testing::TestWithParam<GapPolicy> {
 protected:
  std::int64_t Below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }

  void Compare() const {
    ASSERT_EQ(IsFresh(checkpoint_), model_.fresh);
    if (model_.fresh) return;
    ASSERT_TRUE(IsConsistent(checkpoint_)) << "I-CKPT-1";
    ASSERT_EQ(checkpoint_.start, model_.start);
    ASSERT_EQ(checkpoint_.next, model_.Next());
    std::set<std::int64_t> done;
    for (std::int64_t at = checkpoint_.start; at < checkpoint_.next; ++at) done.insert(at);
    for (const OffsetRange& range : checkpoint_.done) {
      for (std::int64_t at = range.begin; at < range.end; ++at) done.insert(at);
    }
    ASSERT_EQ(done, model_.done);
  }

  void OfferOne() {
    const std::int64_t offset = Below(kOffsets);
    const std::int64_t start = model_.fresh ? options_.start.value_or(offset) : model_.start;
    const bool refuses = options_.gaps == GapPolicy::kRefuse;
    const std::int64_t next = model_.fresh ? start : model_.Next();
    Delivery expected = Delivery::kNew;
    if (offset < start) {
      expected = Delivery::kUnknown;
    } else if (model_.done.contains(offset)) {
      expected = Delivery::kReplayed;
    } else if (refuses && offset > next) {
      expected = Delivery::kGap;
    }
    if (expected != Delivery::kGap) model_.StartAt(start);
    if (expected == Delivery::kNew) {
      const bool legal = options_.gaps == GapPolicy::kLegal;
      model_.Mark(legal ? model_.start : offset, offset + 1);
    }
    ASSERT_EQ(Deliver(options_, offset, &checkpoint_), expected) << offset;
  }

  void MarkSome() {
    const std::int64_t begin = Below(kOffsets);
    const OffsetRange range{begin, begin + 1 + Below(6)};
    model_.StartAt(options_.start.value_or(begin));
    const bool legal = options_.gaps == GapPolicy::kLegal;
    model_.Mark(legal ? model_.start : range.begin, range.end);
    MarkDone(options_, range, &checkpoint_);
  }

  void Advance() {
    const std::int64_t next = Below(kOffsets);
    model_.StartAt(options_.start.value_or(0));
    model_.Mark(model_.start, next);
    AdvanceTo(options_, next, &checkpoint_);
  }

  void Rewind() {
    const std::int64_t to = Below(kOffsets);
    if (model_.fresh) return;  // there is no checkpoint to rewind
    model_.start = std::min(model_.start, to);
    model_.done.clear();
    model_.Mark(model_.start, to);
    RewindTo(to, &checkpoint_);
  }

  void Step() {
    const std::int64_t roll = Below(100);
    const std::set<std::int64_t> before = model_.done;
    const std::int64_t next = checkpoint_.next;
    if (roll < 80) {
      OfferOne();
    } else if (roll < 92) {
      MarkSome();
    } else if (roll < 98) {
      Advance();
    } else {
      return Rewind();
    }
    EXPECT_GE(checkpoint_.next, next) << "I-CKPT-2";
    EXPECT_TRUE(std::includes(model_.done.begin(), model_.done.end(), before.begin(), before.end()))
        << "I-CKPT-2";
  }

  std::mt19937_64 random_;
  SourceOptions options_;
  Checkpoint checkpoint_ = FreshCheckpoint();
  Model model_;
};

TEST_P(CheckpointModel, FollowsTheSetOfOffsets) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    random_.seed(seed);
    options_ = {.gaps = GetParam()};
    if (seed % 2 == 1) options_.start = Below(kOffsets / 2);
    checkpoint_ = FreshCheckpoint();
    model_ = {};
    for (int step = 0; step < 120; ++step) {
      Step();
      Compare();
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
  }
}

// The same checkpoint and the same answers, whether a run is delivered in one piece or offset by
// offset. Gap policies change in between, as hosts may declare them anew.
TEST_P(CheckpointModel, ARunIsItsOffsetsOneByOne) {
  int cut = 0;  // runs of more than one answer
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    random_.seed(seed);
    if (seed % 2 == 1) options_.start = Below(kOffsets / 2);
    options_.gaps = GapPolicy::kTrack;
    for (int step = 0; step < 12; ++step) Step();
    options_.gaps = GetParam();
    const std::int64_t begin = Below(kOffsets);
    const OffsetRange run{begin, begin + 1 + Below(kOffsets)};
    Checkpoint by_one = checkpoint_;
    for (std::int64_t at = run.begin; at < run.end;) {
      const Delivered piece = DeliverRun(options_, {at, run.end}, &checkpoint_);
      cut += piece.end < run.end ? 1 : 0;
      ASSERT_LT(at, piece.end);
      ASSERT_LE(piece.end, run.end);
      for (; at < piece.end; ++at) {
        ASSERT_EQ(Deliver(options_, at, &by_one), piece.delivery) << "seed " << seed;
      }
      ASSERT_EQ(checkpoint_.start, by_one.start) << "seed " << seed;
      ASSERT_EQ(checkpoint_.next, by_one.next) << "seed " << seed;
      ASSERT_EQ(checkpoint_.done, by_one.done) << "seed " << seed;
    }
    checkpoint_ = FreshCheckpoint();
    model_ = {};
    options_ = {};
  }
  EXPECT_GT(cut, 1'000);
}

INSTANTIATE_TEST_SUITE_P(TrackRefuseLegal, CheckpointModel,
                         ::testing::Values(GapPolicy::kTrack, GapPolicy::kRefuse,
                                           GapPolicy::kLegal));

}  // namespace
}  // namespace idem::rules
