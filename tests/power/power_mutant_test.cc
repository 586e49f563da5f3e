// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs back and expects that losing power shows them: a proof that cannot fail proves
// nothing.

#include <gtest/gtest.h>

#include <string>

#include "power/mutant_stores.h"
#include "power/power_cycle.h"
#include "support/checkpoints_apart.h"

namespace idem::power {
namespace {

using ::idem::testing::CheckpointsApart;

// The same run on a system that says it synced and did nothing.
Recording Without(Operation::Kind kind, Recording recording) {
  for (Operation& operation : recording.operations) {
    if (operation.kind == kind) operation = {.kind = Operation::Kind::kAppend};
  }
  return recording;
}

class Mutant : public ::testing::Test {
 protected:
  Recording RecordMutant(const StoreWrapper& wrapper = {}) {
    return Record(workload_, scratch_.path() / "store", wrapper);
  }

  // How many cuts violate what is promised, with a text that says `why`.
  std::size_t Violations(const Recording& recording, std::string_view why) {
    constexpr Loss kTried[] = {Loss::kAllUnsynced, Loss::kPrefix};
    std::size_t violations = 0;
    isolation_.Run(
        2 * (recording.operations.size() + 1),
        [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
          CutOnce(workload_, recording, {i / 2, kTried[i % 2]}, directory, report);
        },
        [&](std::size_t, const CycleReport& report) {
          const std::string_view text = report.text.data();
          const bool wrong = report.end == CycleEnd::kViolated;
          if (wrong && text.find(why) != std::string_view::npos) ++violations;
        });
    return violations;
  }

  Workload workload_{4, 16};  // a few commits are synced by themselves, a few by a flush
  testing::Scratch scratch_{"idem-power-mutant"};
  Isolation isolation_{{}};
};

TEST_F(Mutant, NoneIsNotCaught) { EXPECT_EQ(Violations(RecordMutant(), ""), 0U); }

TEST_F(Mutant, AcknowledgementBeforeTheSync) {
  const Recording recording = RecordMutant(Wrapper<AcknowledgesBeforeTheSync>());
  EXPECT_GT(Violations(recording, "StoreBehind"), 0U);
}

TEST_F(Mutant, CheckpointBeforeItsRows) {
  const Recording recording = RecordMutant(Wrapper<CheckpointsApart>(true));
  EXPECT_GT(Violations(recording, "no state after any commit"), 0U);
}

TEST_F(Mutant, RowsBeforeTheirCheckpoint) {
  const Recording recording = RecordMutant(Wrapper<CheckpointsApart>(false));
  EXPECT_GT(Violations(recording, "no state after any commit"), 0U);
}

TEST_F(Mutant, FilesNeverSynced) {
  const Recording recording = Without(Operation::Kind::kSync, RecordMutant());
  EXPECT_GT(Violations(recording, ""), 0U);
}

TEST_F(Mutant, DirectoryNeverSynced) {
  const Recording recording = Without(Operation::Kind::kSyncDirectory, RecordMutant());
  EXPECT_GT(Violations(recording, ""), 0U);
}

}  // namespace
}  // namespace idem::power
