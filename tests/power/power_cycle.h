// SPDX-License-Identifier: Apache-2.0
//
// One cycle of the power test: a recorded life, its power lost, the next life.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "power/life.h"
#include "support/isolation.h"

namespace idem::power {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;

// What CycleReport::counts hold.
enum PowerCount : std::uint8_t { kCuts, kOperations };

struct Cut {
  std::size_t point;
  Loss loss;
};

// The first life of a machine, from an empty disk. Throws when it does not go well.
Recording Record(const Workload& workload, const std::filesystem::path& directory,
                 const StoreWrapper& wrapper = {}, bool as_it_comes = false);

// Loses the power there and lives on, in a directory of its own.
void CutOnce(const Workload& workload, const Recording& recording, const Cut& cut,
             const std::filesystem::path& directory, CycleReport* report);

// Machines that stand ready to lose their power: some short workloads and the first life of each.
// Made once, so that a cycle has nothing to prepare.
class Fleet {
 public:
  Fleet();

  // The power of one of them is lost at random, again and again, also while it opens what the loss
  // before has left. It ends when the store may refuse what it finds, or with a life that goes on
  // to the end of the workload.
  void CutAgainAndAgain(std::uint64_t seed, const std::filesystem::path& directory,
                        CycleReport* report) const;

 private:
  struct Recorded {
    Workload workload;
    Recording recording;
  };
  std::vector<Recorded> machines_;
};

// What became of all cycles. A violation, an abort or a hang fails the test, with the command that
// repeats it.
class PowerTally {
 public:
  void Add(const CycleReport& report, const std::string& again);
  void Print(std::string_view what) const;
  std::uint64_t Of(CycleEnd end) const;
  std::uint64_t cuts() const { return cuts_; }

 private:
  std::map<CycleEnd, std::uint64_t> ends_;
  std::map<std::string, std::uint64_t> refusals_;  // by class
  std::uint64_t cuts_ = 0;
  std::uint64_t operations_ = 0;
};

}  // namespace idem::power
