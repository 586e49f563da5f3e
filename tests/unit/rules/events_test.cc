// SPDX-License-Identifier: Apache-2.0
#include "rules/events.h"

#include <gtest/gtest.h>

namespace idem::rules {
namespace {

constexpr codec::Fingerprint kEvent{7, 8};

TEST(Events, ANewIdLeavesTheDecisionToTheTable) {
  EXPECT_EQ(DecideEvent(std::nullopt, kEvent), std::nullopt);
}

TEST(Events, TheSameEventIsADuplicate) {
  EXPECT_EQ(DecideEvent(codec::EventRecord{4, kEvent}, kEvent),
            (Decision{Verdict::kDuplicate, Reason::kSameEventId}));
}

TEST(Events, TheSameIdWithOtherContentIsAConflict) {
  EXPECT_EQ(DecideEvent(codec::EventRecord{4, {7, 9}}, kEvent),
            (Decision{Verdict::kConflict, Reason::kSameEventId}));
  EXPECT_EQ(DecideEvent(codec::EventRecord{4, {6, 8}}, kEvent),
            (Decision{Verdict::kConflict, Reason::kSameEventId}));
}

}  // namespace
}  // namespace idem::rules
