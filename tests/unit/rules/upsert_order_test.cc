// SPDX-License-Identifier: Apache-2.0
//
// Invariant 2 for one key: whatever the order of arrival, TieRule::kConverge ends in the same row.
// Applying is the pipeline's; it is repeated here in its smallest form.
#include "rules/upsert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

namespace idem::rules {
namespace {

using Final = std::tuple<bool, std::int64_t, std::uint32_t, codec::Fingerprint>;

void Offer(const Incoming& incoming, Stored* stored) {
  const Decision decision =
      DecideUpsert(VersionKind::kInteger, TieRule::kConverge, *stored, incoming);
  if (IsApplied(decision.verdict)) {
    *stored = {true, incoming.is_delete, incoming.version, incoming.rank, incoming.fingerprint};
  } else if (decision.verdict == Verdict::kDuplicate) {
    stored->rank = std::max(stored->rank, incoming.rank);
  }
}

Final FinalOf(const std::vector<Incoming>& records, const std::vector<std::size_t>& order) {
  Stored stored;
  for (const std::size_t i : order) Offer(records[i], &stored);
  return {stored.tombstone, stored.version.integer(), stored.rank, stored.fingerprint};
}

void ExpectOneEnd(const std::vector<Incoming>& records) {
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Final first = FinalOf(records, order);
  while (std::next_permutation(order.begin(), order.end())) {
    ASSERT_EQ(FinalOf(records, order), first);
  }
}

// Two versions, two ranks, two payloads and a delete: everything a tie can be made of.
std::vector<Incoming> AllRecords() {
  std::vector<Incoming> all;
  for (const std::int64_t version : {1, 2}) {
    for (const std::uint32_t rank : {0U, 1U}) {
      all.push_back({true, Version(version), rank, {}});
      all.push_back({false, Version(version), rank, {1, 0}});
      all.push_back({false, Version(version), rank, {2, 0}});
    }
  }
  return all;
}

TEST(UpsertOrder, EverySetOfThreeConvergesInEveryOrder) {
  const std::vector<Incoming> all = AllRecords();
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a; b < all.size(); ++b) {
      for (std::size_t c = b; c < all.size(); ++c) ExpectOneEnd({all[a], all[b], all[c]});
    }
  }
}

TEST(UpsertOrder, SetsOfSixConvergeInEveryOrder) {
  const std::vector<Incoming> all = AllRecords();
  for (std::size_t first = 0; first + 6 <= all.size(); ++first) {
    ExpectOneEnd({all.begin() + static_cast<std::ptrdiff_t>(first),
                  all.begin() + static_cast<std::ptrdiff_t>(first + 6)});
  }
}

TEST(UpsertOrder, EqualContentFromSourcesOfDifferentRankConverges) {
  ExpectOneEnd({{false, Version(1), 0, {1, 0}},
                {false, Version(1), 2, {1, 0}},
                {false, Version(1), 1, {2, 0}},
                {true, Version(1), 1, {}}});
}

TEST(UpsertOrder, WinsTieIsATotalOrderOnWhatDiffers) {
  for (const Incoming& a : AllRecords()) {
    for (const Incoming& b : AllRecords()) {
      const Stored stored_a{true, a.is_delete, a.version, a.rank, a.fingerprint};
      const Stored stored_b{true, b.is_delete, b.version, b.rank, b.fingerprint};
      const bool differ = std::tie(a.is_delete, a.rank, a.fingerprint) !=
                          std::tie(b.is_delete, b.rank, b.fingerprint);
      EXPECT_EQ(WinsTie(stored_a, b) != WinsTie(stored_b, a), differ);
    }
  }
}

}  // namespace
}  // namespace idem::rules
