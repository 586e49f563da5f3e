// SPDX-License-Identifier: Apache-2.0
//
// Damages every byte of every file of a store, cuts and deletes every file, and puts files of an
// older image of it among the newer ones. A host must then be told: by an error of the opening or
// of a question, or by Verify; or it gets the answers of the undamaged store, where the damage did
// not matter. Never a wrong answer with success, an older state without a word, an abort, a hang,
// or memory without bound (invariant 9).
//
//   IDEM_DECAY_CASES   how many of them, spread evenly (500)
//   IDEM_DECAY_CASE    that one alone

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "decay/decay_cycle.h"
#include "decay/host.h"
#include "decay/known_gaps.h"
#include "support/settings.h"

namespace idem::decay {
namespace {

using testing::Setting;

Result<std::unique_ptr<IdempotentSink>> OpenStore(const std::filesystem::path& directory) {
  return IdempotentSink::Open(directory.string(), HostOptions());
}

// Which of the cases to try: all that concern whole files, and of the others one of every so many.
// Two or three cases belong to a byte; the step shares no factor with that, so that all kinds have
// their turn.
std::vector<std::size_t> Choose(const std::vector<Damage>& damages) {
  if (const auto only = Setting("IDEM_DECAY_CASE")) return {static_cast<std::size_t>(*only)};
  const std::size_t wanted = Setting("IDEM_DECAY_CASES").value_or(500);
  std::size_t step = std::max<std::size_t>(damages.size() / std::max<std::size_t>(wanted, 1), 1);
  while (std::gcd(step, std::size_t{6}) != 1) ++step;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < damages.size(); ++i) {
    if (i % step == 0 || damages[i].OfWholeFiles()) chosen.push_back(i);
  }
  return chosen;
}

TEST(Decay, EveryByteOfEveryFile) {
  const Specimen specimen = MakeSpecimen();
  const std::vector<Damage> damages = AllDamages(specimen.now, specimen.older);
  const std::vector<std::size_t> chosen = Choose(damages);
  Isolation isolation({.hang_s = 60});
  DecayTally tally;
  KnownGaps gaps;
  isolation.Run(
      chosen.size(),
      [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
        const Files files = Apply(damages[chosen[i]], specimen.now, specimen.older);
        Examine(OpenStore, specimen, files, directory, report);
      },
      [&](std::size_t i, const CycleReport& report) {
        const Damage& damage = damages[chosen[i]];
        tally.Add(damage, report);
        if (chosen.size() == 1)
          std::cout << damage.ToString() << ": " << report.text.data() << "\n";
        if (report.end == CycleEnd::kHeld || gaps.Cover(damage, SilenceOf(report))) return;
        ADD_FAILURE() << damage.ToString() << ": " << report.text.data()
                      << "\nagain: IDEM_DECAY_CASE=" << chosen[i]
                      << " decay --gtest_filter=Decay.EveryByteOfEveryFile";
      });
  std::cout << chosen.size() << " of " << damages.size() << " damages of " << specimen.now.size()
            << " files\n";
  tally.Print();
  if (chosen.size() < damages.size()) return;
  EXPECT_THAT(gaps.Closed(), ::testing::IsEmpty()) << "take them off the list (known_gaps.cc)";
}

}  // namespace
}  // namespace idem::decay
