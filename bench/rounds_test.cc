// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of ratios, and that a store without the right rows is noticed.

#include "rounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "peers/registry.h"

namespace idem::bench {
namespace {

RunSettings SmallRun() {
  return {40, 7, Durability::kAsync, std::filesystem::temp_directory_path()};
}

// Does everything but store rows.
class Idle final : public Peer {
 public:
  void Apply(std::span<const Record>) override {}
  void Scan(const RowVisitor&) const override {}
  std::int64_t Next() const override { return 0; }
};
std::unique_ptr<Peer> OpenIdle(const PeerOptions&) { return std::make_unique<Idle>(); }

TEST(RoundsTest, SpreadHasTheMedian) {
  const Spread odd = SpreadOf({3, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.most, 3);
  EXPECT_EQ(SpreadOf({4, 1, 2, 3}).median, 2.5);
}

TEST(RoundsTest, RatiosAreTakenWithinARound) {
  const Series reference{nullptr, {{.wall_s = 1}, {.wall_s = 10}}};
  const Series half_as_fast{nullptr, {{.wall_s = 2}, {.wall_s = 20}}};
  const Spread ratio = RateRatio(half_as_fast, reference);
  EXPECT_EQ(ratio.least, 0.5);
  EXPECT_EQ(ratio.most, 0.5);
}

TEST(RoundsTest, PeersTakeTurnsAndAnotherBeginsEachRound) {
  std::string order;
  const std::vector<const PeerKind*> peers = {&AllPeers()[0], &AllPeers()[1], &AllPeers()[2]};
  const Comparison comparison =
      Compare(peers, AllWorkloads()[0], SmallRun(), 4, [&](std::size_t, const PeerKind& peer) {
        order += std::to_string(std::find(peers.begin(), peers.end(), &peer) - peers.begin());
      });
  EXPECT_EQ(order, "012120201012");
  for (std::size_t i = 0; i < peers.size(); ++i) {
    EXPECT_EQ(comparison.series[i].peer, peers[i]);
    EXPECT_EQ(comparison.series[i].rounds.size(), 4U);
    EXPECT_EQ(comparison.series[i].rounds[0].rows, 40U);
  }
}

TEST(RoundsTest, AStoreWithoutTheRowsIsAFailure) {
  const PeerKind idle{"idle", OpenIdle};
  const Workload& workload = AllWorkloads()[0];
  const FinalState expected = ExpectedState(workload, SmallRun().records, SmallRun().values);
  EXPECT_EQ(expected.rows, 40U);
  EXPECT_EQ(expected.next, 40);
  EXPECT_THROW(bench::Run(idle, workload, SmallRun(), expected), std::runtime_error);
}

}  // namespace
}  // namespace idem::bench
