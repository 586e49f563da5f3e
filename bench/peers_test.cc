// SPDX-License-Identifier: Apache-2.0
//
// What peers/peer.h promises of every peer, beyond what a run's final state shows.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "peers/registry.h"
#include "scratch.h"

namespace idem::bench {

// The name of a test case must not hold addresses.
void PrintTo(const PeerKind& kind, std::ostream* out) { *out << kind.name; }

namespace {

class PeersTest : public testing::TestWithParam<PeerKind> {
 protected:
  void Reopen() {
    peer_.reset();
    peer_ = Open();
  }
  void SetUp() override {
    if (!Missing(GetParam()).empty()) GTEST_SKIP() << Missing(GetParam());
    peer_ = Open();
  }
  void Apply(const std::vector<Record>& batch) { peer_->Apply(batch); }

  void DrainAndFinish() {
    peer_->Finish();
    peer_->Drain();
  }

  // "key=version:value " of each row, by key.
  std::string Rows() const {
    std::string rows;
    peer_->Scan([&](const Record& row) {
      rows += std::string(row.key) + "=" + std::to_string(row.version) + ":" +
              std::string(row.value) + " ";
    });
    return rows;
  }
  std::int64_t Next() const { return peer_->Next(); }

  Wins Winner() const { return GetParam().wins; }

 private:
  std::unique_ptr<Peer> Open() const { return GetParam().open({directory_.path()}); }

  ScratchDirectory directory_{std::filesystem::temp_directory_path()};
  std::unique_ptr<Peer> peer_;
};

TEST_P(PeersTest, KeepsRowsAndOffset) {
  EXPECT_EQ(Rows(), "");
  EXPECT_EQ(Next(), 0);
  Apply({{"b", "two", 1, 0}, {"a", "one", 1, 1}});
  EXPECT_EQ(Rows(), "a=1:one b=1:two ");
  EXPECT_EQ(Next(), 2);
  Reopen();
  EXPECT_EQ(Rows(), "a=1:one b=1:two ");
  EXPECT_EQ(Next(), 2);
}

TEST_P(PeersTest, ANewerVersionReplaces) {
  Apply({{"a", "old", 1, 0}});
  Apply({{"a", "new", 2, 1}});
  Apply({{"b", "old", 1, 2}, {"b", "new", 2, 3}});
  EXPECT_EQ(Rows(), Winner() == Wins::kFirst ? "a=1:old b=1:old " : "a=2:new b=2:new ");
}

TEST_P(PeersTest, AnOlderVersionDoesNot) {
  Apply({{"a", "new", 2, 0}});
  Apply({{"a", "old", 1, 1}});
  Apply({{"b", "new", 2, 2}, {"b", "old", 1, 3}});
  EXPECT_EQ(Rows(), Winner() != Wins::kLast ? "a=2:new b=2:new " : "a=1:old b=1:old ");
  EXPECT_EQ(Next(), 4);
}

TEST_P(PeersTest, APositionIsTakenOnce) {
  Apply({{"a", "one", 1, 0}, {"b", "two", 1, 1}});
  Reopen();
  Apply({{"a", "other", 9, 0}});
  EXPECT_EQ(Rows(), Winner() != Wins::kLast ? "a=1:one b=1:two " : "a=9:other b=1:two ");
  EXPECT_EQ(Next(), 2);
}

TEST_P(PeersTest, RecordsWithoutPositionLeaveTheOffset) {
  Apply({{"a", "one", 1, 0}});
  Apply({{"b", "two", 1, {}}});
  EXPECT_EQ(Rows(), "a=1:one b=1:two ");
  EXPECT_EQ(Next(), 1);
}

TEST_P(PeersTest, DrainsAndGoesOn) {
  Apply({{"a", "one", 1, 0}});
  DrainAndFinish();
  Apply({{"b", "two", 1, 1}});
  EXPECT_EQ(Rows(), "a=1:one b=1:two ");
}

INSTANTIATE_TEST_SUITE_P(All, PeersTest, testing::ValuesIn(AllPeers().begin(), AllPeers().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace idem::bench
