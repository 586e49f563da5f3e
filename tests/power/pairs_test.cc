// SPDX-License-Identifier: Apache-2.0
//
// Cuts the power of a machine whose host commits from two threads, at every operation of two
// commits of which one is decided while the other is written, or written while the other is synced
// (power/pairing.h). What the next opening finds must be the state after some prefix of the
// commits, byte for byte that of one after the other, with everything that was acknowledged as
// durable (invariants 4 and 5).
//
//   IDEM_PAIRS_WORKLOADS   workloads whose every operation is tried (1)
//   IDEM_PAIRS_BATCHES     of each workload (12); the first ones are not yet decided side by side
//   IDEM_PAIRS_RUNS        runs that nobody orders (1)
//   IDEM_PAIRS_LOSSES      of the nine ways to lose what was not synced, at each: all of it is
//                          gone, and others in turn (2, and 1 of runs that nobody orders)
//   IDEM_PAIRS_SEED        the first workload (57)
//   IDEM_PAIRS_POINT, IDEM_PAIRS_LOSS   that cut alone

#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "power/mutant_stores.h"
#include "power/power_cycle.h"
#include "support/settings.h"

namespace idem::power {
namespace {

using testing::Setting;

constexpr std::size_t kWriters = 2;

std::size_t Batches() { return Setting("IDEM_PAIRS_BATCHES").value_or(12); }

std::vector<Cut> CutsOf(const Recording& recording, std::size_t losses_by_default) {
  const auto only_point = Setting("IDEM_PAIRS_POINT");
  const auto only_loss = Setting("IDEM_PAIRS_LOSS");
  const std::size_t losses = Setting("IDEM_PAIRS_LOSSES").value_or(losses_by_default);
  std::vector<Cut> cuts;
  for (std::size_t point = 0; point <= recording.operations.size(); ++point) {
    if (point != only_point.value_or(point)) continue;
    if (only_loss) cuts.push_back({point, static_cast<Loss>(*only_loss)});
    for (std::size_t i = 0; i < losses && !only_loss; ++i) {
      const std::size_t loss = i == 0 ? 0 : 1 + (point + i) % (kLosses - 1);
      cuts.push_back({point, static_cast<Loss>(loss)});
    }
  }
  return cuts;
}

std::string Again(std::uint64_t seed, const Cut& cut) {
  return "IDEM_PAIRS_SEED=" + std::to_string(seed) + " IDEM_PAIRS_WORKLOADS=1" +
         " IDEM_PAIRS_BATCHES=" + std::to_string(Batches()) +
         " IDEM_PAIRS_POINT=" + std::to_string(cut.point) +
         " IDEM_PAIRS_LOSS=" + std::to_string(static_cast<int>(cut.loss)) +
         " power --gtest_filter=Pairs.EveryOperation";
}

// Returns how many commits were decided beside a write.
std::uint64_t CutEverywhere(std::uint64_t seed, Isolation* isolation, PowerTally* tally) {
  const Workload workload(seed, Batches(), kWriters);
  const testing::Scratch scratch("idem-pairs-first");
  const Recording recording = Record(workload, scratch.path() / "store");
  std::cout << "workload " << seed << ": " << recording.operations.size() << " operations, "
            << recording.decided_beside << " of " << Batches() / kWriters
            << " commits decided beside a write\n";
  const std::vector<Cut> cuts = CutsOf(recording, 2);
  isolation->Run(
      cuts.size(),
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        CutOnce(workload, recording, cuts[i], directory, report);
      },
      [&](std::size_t i, const CycleReport& report) { tally->Add(report, Again(seed, cuts[i])); });
  return recording.decided_beside;
}

TEST(Pairs, EveryOperation) {
  const std::uint64_t first = Setting("IDEM_PAIRS_SEED").value_or(57);
  const std::uint64_t workloads = Setting("IDEM_PAIRS_WORKLOADS").value_or(1);
  Isolation isolation({});
  PowerTally tally;
  std::uint64_t decided_beside = 0;
  for (std::uint64_t seed = first; seed < first + workloads; ++seed) {
    decided_beside += CutEverywhere(seed, &isolation, &tally);
  }
  tally.Print("two writers");
  EXPECT_GT(decided_beside, 0U);
  EXPECT_GT(tally.Of(CycleEnd::kHeld), 0U);
}

// A run that nobody orders: RocksDB appends to a log while it syncs it. What was recorded of it can
// be cut everywhere, but not recorded again.
TEST(Pairs, AsItComes) {
  const std::uint64_t first = Setting("IDEM_PAIRS_SEED").value_or(57);
  const std::uint64_t runs = Setting("IDEM_PAIRS_RUNS").value_or(1);
  const testing::Scratch scratch("idem-pairs-free");
  Isolation isolation({});
  PowerTally tally;
  std::uint64_t written_beside_a_sync = 0;
  for (std::uint64_t seed = first; seed < first + 4 * runs; seed += 4) {  // those that sync alike
    const Workload workload(seed, Batches(), kWriters);
    const Recording recording =
        Record(workload, scratch.path() / std::to_string(seed), {}, /*as_it_comes=*/true);
    written_beside_a_sync += recording.written_beside_a_sync;
    const std::vector<Cut> cuts = CutsOf(recording, 1);
    isolation.Run(
        cuts.size(),
        [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
          CutOnce(workload, recording, cuts[i], directory, report);
        },
        [&](std::size_t i, const CycleReport& report) {
          tally.Add(report, "IDEM_PAIRS_SEED=" + std::to_string(seed) +
                                " power --gtest_filter=Pairs.AsItComes, cut at " +
                                std::to_string(cuts[i].point) + " with loss " +
                                std::to_string(static_cast<int>(cuts[i].loss)));
        });
  }
  tally.Print("as it comes");
  std::cout << written_beside_a_sync << " commits were written beside a sync\n";
  EXPECT_GT(written_beside_a_sync, 0U);
}

// A known bug put back: the cuts must show it.
TEST(Pairs, AcknowledgementBeforeTheSyncIsCaught) {
  const Workload workload(5, 8, kWriters);
  const testing::Scratch scratch("idem-pairs-mutant");
  const Recording recording =
      Record(workload, scratch.path() / "store", Wrapper<AcknowledgesBeforeTheSync>());
  std::size_t violations = 0;
  Isolation({}).Run(
      recording.operations.size() + 1,
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        CutOnce(workload, recording, {i, Loss::kAllUnsynced}, directory, report);
      },
      [&](std::size_t, const CycleReport& report) {
        if (report.end == CycleEnd::kViolated) ++violations;
      });
  EXPECT_GT(violations, 0U);
}

// Without this nothing above could be repeated: whatever the threads do meanwhile, they do the same
// to the disk.
TEST(Pairs, ARunIsAFunctionOfItsSeed) {
  const Workload workload(7, Batches(), kWriters);
  const testing::Scratch scratch("idem-pairs-twice");
  const std::uint64_t once = Record(workload, scratch.path() / "once").Fingerprint();
  EXPECT_EQ(Record(workload, scratch.path() / "twice").Fingerprint(), once);
}

}  // namespace
}  // namespace idem::power
