// SPDX-License-Identifier: Apache-2.0
#include "rules/append.h"

#include <gtest/gtest.h>

namespace idem::rules {
namespace {

constexpr codec::Fingerprint kA{1, 2};
constexpr codec::Fingerprint kB{1, 3};

TEST(Append, TheFirstRecordOfAKeyIsInserted) {
  EXPECT_EQ(DecideAppend({}, {false, {}, 0, kA}), (Decision{Verdict::kInserted, Reason::kNone}));
}

TEST(Append, TheSamePayloadIsADuplicate) {
  EXPECT_EQ(DecideAppend({true, false, {}, 0, kA}, {false, {}, 0, kA}),
            (Decision{Verdict::kDuplicate, Reason::kSameKey}));
}

TEST(Append, AnotherPayloadIsAConflict) {
  EXPECT_EQ(DecideAppend({true, false, {}, 0, kA}, {false, {}, 0, kB}),
            (Decision{Verdict::kConflict, Reason::kSameKey}));
}

TEST(Append, NeitherVersionNorRankMakesASecondRecordWin) {
  EXPECT_EQ(DecideAppend({true, false, Version(1), 0, kA}, {false, Version(9), 9, kB}),
            (Decision{Verdict::kConflict, Reason::kSameKey}));
  EXPECT_EQ(DecideAppend({true, false, Version(1), 0, kA}, {false, Version(9), 9, kA}),
            (Decision{Verdict::kDuplicate, Reason::kSameKey}));
}

}  // namespace
}  // namespace idem::rules
