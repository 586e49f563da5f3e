// SPDX-License-Identifier: Apache-2.0
#include "power/power_cycle.h"

#include <gtest/gtest.h>

#include <iostream>
#include <stdexcept>

namespace idem::power {
namespace {

using testing::Mix;

constexpr std::uint64_t kCutsMax = 3;

std::string ClassOf(Loss loss, const Error& error) {
  const std::string_view text = error.message();
  // RocksDB names the file of any damage but that of a log.
  std::string_view where = "log";
  if (text.find("MANIFEST") != std::string_view::npos) where = "manifest";
  if (text.find(".sst") != std::string_view::npos) where = "sorted file";
  return std::string(ToString(error.code())) + " in the " + std::string(where) + " after loss '" +
         std::string(ToString(loss)) + "'";
}

void Report(const LifeEnd& end, Loss loss, CycleReport* report) {
  report->counts[kOperations] += static_cast<std::uint32_t>(end.operations);
  if (!end.wrong.empty()) return report->Say(CycleEnd::kViolated, end.wrong);
  if (!end.refused) return report->Say(CycleEnd::kHeld, "");
  // A store may be refused where bytes look changed. Where some are only missing, it must open.
  if (LeavesDamage(loss) && end.refused->code() == ErrorCode::kCorruption) {
    return report->Say(CycleEnd::kRefused, ClassOf(loss, *end.refused));
  }
  report->Say(CycleEnd::kViolated, "refused: " + end.refused->ToString());
}

}  // namespace

Recording Record(const Workload& workload, const std::filesystem::path& directory,
                 const StoreWrapper& wrapper) {
  Recording recording;
  const LifeEnd end = Live(
      workload, {},
      {.directory = directory, .wrapper = wrapper, .thorough = false, .recording = &recording});
  if (!end.wrong.empty()) throw std::runtime_error("without any loss: " + end.wrong);
  if (end.refused) throw std::runtime_error("without any loss: " + end.refused->ToString());
  return recording;
}

void CutOnce(const Workload& workload, const Recording& recording, const Cut& cut,
             const std::filesystem::path& directory, CycleReport* report) {
  const std::uint64_t seed =
      Mix(workload.seed(), cut.point * kLosses + static_cast<std::size_t>(cut.loss));
  ++report->counts[kCuts];
  const Machine machine = recording.AfterPowerLoss(cut.point, cut.loss, seed);
  Report(Live(workload, machine, {.directory = directory}), cut.loss, report);
}

void CutAgainAndAgain(std::uint64_t seed, const std::filesystem::path& directory,
                      CycleReport* report) {
  testing::Random random(seed);
  const Workload workload(random.Below(1'000'000), 10 + random.Below(60));
  Recording recording = Record(workload, directory);
  for (std::uint64_t cuts = 1 + random.Below(kCutsMax); cuts > 0; --cuts) {
    const auto loss = static_cast<Loss>(random.Below(kLosses));
    const std::size_t point = random.Below(recording.operations.size() + 1);
    const Machine machine = recording.AfterPowerLoss(point, loss, random.Below(UINT64_MAX));
    ++report->counts[kCuts];
    recording = Recording();
    Report(Live(workload, machine, {.directory = directory, .recording = &recording}), loss,
           report);
    if (report->end != CycleEnd::kHeld) return;
  }
}

void PowerTally::Add(const CycleReport& report, const std::string& again) {
  ++ends_[report.end];
  cuts_ += report.counts[kCuts];
  operations_ += report.counts[kOperations];
  if (report.end == CycleEnd::kRefused) {
    ++refusals_[report.text.data()];
  } else if (report.end != CycleEnd::kHeld) {
    ADD_FAILURE() << report.text.data() << "\nagain: " << again;
  }
}

void PowerTally::Print(std::string_view what) const {
  std::cout << what << ": " << cuts_ << " losses of power, " << operations_
            << " operations afterwards; held " << Of(CycleEnd::kHeld) << ", refused "
            << Of(CycleEnd::kRefused) << ", violated " << Of(CycleEnd::kViolated) << ", aborted "
            << Of(CycleEnd::kAborted) << ", hung " << Of(CycleEnd::kHung) << "\n";
  for (const auto& [text, count] : refusals_) {
    std::cout << "  refused " << count << ": " << text << "\n";
  }
}

std::uint64_t PowerTally::Of(CycleEnd end) const {
  const auto found = ends_.find(end);
  return found == ends_.end() ? 0 : found->second;
}

}  // namespace idem::power
