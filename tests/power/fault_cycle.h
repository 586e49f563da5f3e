// SPDX-License-Identifier: Apache-2.0
//
// One cycle of the fault test: a host ingests on a disk that fails at one point, does what the
// errors tell it to do, and perhaps loses its power as well.
//
// What it holds the store to, at every error and every opening:
//   rejected  any error but kCommitUnknown: the content is as before, then and ever after
//   unknown   kCommitUnknown: after reopening the commit is there or not, and nothing else happened
//   ok        it is there after every reopening; after a loss of power too, where that was promised
// and when nothing fails any more, the store opens and the workload comes to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "power/faulty_file_system.h"
#include "power/session.h"
#include "power/workload.h"
#include "support/isolation.h"

namespace idem::power {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;

// What CycleReport::counts hold.
enum FaultCount : std::uint8_t {
  kFailures,  // operations that were made to fail
  kOk,
  kRejected,
  kUnknown,
  kUnknownFound,  // unknown commits that were there after reopening
  kOpensFailed,
  kPowerLost,
};

// The operations that each fault can meet while the workload runs undisturbed.
std::uint64_t CountOperations(const Workload& workload, Fault fault,
                              const std::filesystem::path& directory);

void FailOnce(const Workload& workload, const FaultPlan& plan,
              const std::filesystem::path& directory, CycleReport* report,
              const StoreWrapper& wrapper = {});

// What became of all cycles. A violation, an abort or a hang fails the test, with the command that
// repeats it.
class FaultTally {
 public:
  void Add(const CycleReport& report, Fault fault, const std::string& again);
  void Print() const;
  std::uint64_t Count(FaultCount count) const;

 private:
  struct Class {
    std::map<CycleEnd, std::uint64_t> ends;
    std::array<std::uint64_t, 8> counts{};
  };
  std::map<Fault, Class> classes_;
  std::map<std::string, std::uint64_t> refusals_;
};

}  // namespace idem::power
