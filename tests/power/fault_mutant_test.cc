// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs in the handling of errors back and expects that faults show them.

#include <gtest/gtest.h>

#include <string_view>

#include "power/fault_cycle.h"
#include "support/front_store.h"

namespace idem::power {
namespace {

using ::idem::testing::FrontStore;

// An error of the disk is nobody's business.
class SwallowsErrors final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    return Swallow(inner().Commit(plan, durability));
  }
  Result<void> Sync() override { return Swallow(inner().Sync()); }
  // After an error that was swallowed, the store is poisoned.
  Result<void> KeepWatermark(std::string_view note) override {
    static_cast<void>(inner().KeepWatermark(note));
    return {};
  }

 private:
  static Result<void> Swallow(Result<void> result) {
    if (!result && result.error().code() == ErrorCode::kCommitUnknown) return {};
    return result;
  }
};

class FaultMutant : public ::testing::Test {
 protected:
  // How many faults of this kind show a violation whose text says `why`, in one workload.
  std::size_t Violations(std::uint64_t seed, Fault fault, const StoreWrapper& wrapper,
                         std::string_view why) {
    const Workload workload(seed, 24);
    const testing::Scratch scratch("idem-fault-mutant");
    std::size_t violations = 0;
    Isolation({}).Run(
        CountOperations(workload, fault, scratch.path() / "store"),
        [&](std::size_t i, const std::filesystem::path& directory, CycleReport* report) {
          FailOnce(workload, {.fault = fault, .first = i, .burst = 1}, directory, report, wrapper);
        },
        [&](std::size_t, const CycleReport& report) {
          const std::string_view text = report.text.data();
          const bool wrong = report.end == CycleEnd::kViolated;
          if (wrong && text.find(why) != std::string_view::npos) ++violations;
        });
    return violations;
  }

  // What a lost sync takes depends on when the next flush comes: not every workload shows it.
  bool LosesAcknowledged(Fault fault, const StoreWrapper& wrapper) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      if (Violations(seed, fault, wrapper, "lost acknowledged commits") > 0) return true;
    }
    return false;
  }
};

TEST_F(FaultMutant, NoneIsNotCaught) {
  EXPECT_EQ(Violations(4, Fault::kShortWrite, {}, ""), 0U);
  EXPECT_EQ(Violations(4, Fault::kLostSync, {}, ""), 0U);
}

TEST_F(FaultMutant, WriteThatFailedIsAcknowledged) {
  EXPECT_TRUE(LosesAcknowledged(Fault::kShortWrite, Wrapper<SwallowsErrors>()));
}

TEST_F(FaultMutant, SyncThatFailedIsAcknowledged) {
  EXPECT_TRUE(LosesAcknowledged(Fault::kLostSync, Wrapper<SwallowsErrors>()));
}

}  // namespace
}  // namespace idem::power
