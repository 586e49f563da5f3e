// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs in how a store is read back, and expects that damage shows them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decay/decay_cycle.h"
#include "decay/naive_host.h"

namespace idem::decay {
namespace {

using Kind = Damage::Kind;

class DecayMutant : public ::testing::Test {
 protected:
  // How many of these damages are answered without an error, but not right. Verify may find that,
  // which a host seldom asks.
  std::size_t Lies(const NaiveOptions& naive, const std::vector<Damage>& damages) {
    std::size_t lies = 0;
    Isolation({}).Run(
        damages.size(),
        [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
          const auto open = [&](const std::filesystem::path& path) {
            return OpenNaively(naive, path);
          };
          const Files files = Apply(damages[i], specimen_.now, specimen_.older);
          Examine(open, specimen_, files, directory, report);
        },
        [&](std::size_t, const CycleReport& report) {
          const bool found = report.counts[kHow] == static_cast<std::uint32_t>(Told::kByVerify);
          if (report.end == CycleEnd::kViolated || found) ++lies;
        });
    return lies;
  }

  // A bit of every so many bytes at the beginning of each file whose name ends like this.
  std::vector<Damage> FlipsOf(std::string_view suffix, std::size_t bytes, std::size_t step) const {
    std::vector<Damage> damages;
    for (const auto& [name, content] : specimen_.now) {
      if (!name.ends_with(suffix)) continue;
      for (std::size_t at = step / 2; at < std::min(bytes, content.size()); at += step) {
        damages.push_back({Kind::kFlipBit, name, at});
      }
    }
    return damages;
  }

  const Specimen specimen_ = MakeSpecimen();
};

TEST_F(DecayMutant, TheUndamagedStoreIsRightForTheNaiveHostToo) {
  EXPECT_EQ(Lies({true, true}, {{}}), 0U);
}

// RocksDB before 8.7 skips a sorted file whose first block it cannot read, and reports success.
TEST_F(DecayMutant, AScanWithAPlainIteratorSkips) {
  const std::vector<Damage> damages = FlipsOf(".sst", 160, 32);
  EXPECT_EQ(Lies({}, damages), 0U);
  EXPECT_GT(Lies({.plain_iterator = true}, damages), 0U);
}

TEST_F(DecayMutant, PointInTimeRecoveryForgetsAcknowledgedCommits) {
  const std::vector<Damage> damages = FlipsOf(".log", SIZE_MAX, 64);
  EXPECT_LT(Lies({}, damages), 2U);
  EXPECT_GT(Lies({.point_in_time = true}, damages), damages.size() / 2);
}

}  // namespace
}  // namespace idem::decay
