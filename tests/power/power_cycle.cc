// SPDX-License-Identifier: Apache-2.0
#include "power/power_cycle.h"

#include <gtest/gtest.h>

#include <iostream>
#include <stdexcept>

namespace idem::power {
namespace {

using testing::Mix;

constexpr std::uint64_t kMachines = 16;
constexpr std::uint64_t kCutsMax = 12;  // of one machine
constexpr std::uint64_t kOpening = 24;  // about the operations of an opening
constexpr std::uint64_t kLife = 120;    // and of a life

std::string ClassOf(Loss loss, const Error& error) {
  const std::string_view text = error.message();
  // RocksDB names the file of any damage but that of a log.
  std::string_view where = "log";
  if (text.find("MANIFEST") != std::string_view::npos) where = "manifest";
  if (text.find(".sst") != std::string_view::npos) where = "sorted file";
  return std::string(ToString(error.code())) + " in the " + std::string(where) + " after loss '" +
         std::string(ToString(loss)) + "'";
}

// Lives on with what the loss has left. A store may be refused where bytes look changed, and then
// a recovery keeps all that was acknowledged. Where some are only missing, it must open.
LifeEnd LiveOn(const Workload& workload, const Machine& machine, Loss loss, LifeOptions options,
               CycleReport* report) {
  LifeEnd end = Live(workload, machine, options);
  report->counts[kOperations] += static_cast<std::uint32_t>(end.operations);
  if (!end.refused) {
    report->Say(end.wrong.empty() ? CycleEnd::kHeld : CycleEnd::kViolated, end.wrong);
    return end;
  }
  report->Say(CycleEnd::kRefused, ClassOf(loss, *end.refused));
  if (!LeavesDamage(loss) || end.refused->code() != ErrorCode::kCorruption) {
    report->Say(CycleEnd::kViolated, "refused: " + end.refused->ToString());
    return end;
  }
  options.recovers = true;
  options.recording = nullptr;
  options.cut_before.reset();
  const LifeEnd recovered = Live(workload, machine, options);
  report->counts[kOperations] += static_cast<std::uint32_t>(recovered.operations);
  if (!recovered.wrong.empty() || recovered.refused) {
    const std::string again = recovered.refused ? recovered.refused->ToString() : "";
    report->Say(CycleEnd::kViolated,
                recovered.wrong + again + ", recovered after: " + end.refused->ToString());
  }
  return end;
}

}  // namespace

Recording Record(const Workload& workload, const std::filesystem::path& directory,
                 const StoreWrapper& wrapper, bool as_it_comes) {
  Recording recording;
  const LifeEnd end = Live(workload, {},
                           {.directory = directory,
                            .wrapper = wrapper,
                            .thorough = false,
                            .recording = &recording,
                            .as_it_comes = as_it_comes});
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
  LiveOn(workload, machine, cut.loss, {.directory = directory}, report);
}

Fleet::Fleet() {
  const testing::Scratch scratch("idem-power-fleet");
  for (std::uint64_t seed = 0; seed < kMachines; ++seed) {
    const std::size_t writers = seed % 4 == 3 ? 2 : 1;
    Workload workload(1'000'000 + seed, 10 + testing::Random(seed).Below(40), writers);
    Recording recording = Record(workload, scratch.path() / std::to_string(seed));
    machines_.push_back({std::move(workload), std::move(recording)});
  }
}

void Fleet::CutAgainAndAgain(std::uint64_t seed, const std::filesystem::path& directory,
                             CycleReport* report) const {
  testing::Random random(seed);
  const auto& [workload, recording] = machines_[random.Below(machines_.size())];
  auto loss = static_cast<Loss>(random.Below(kLosses));
  const std::size_t point = random.Below(recording.operations.size() + 1);
  Machine machine = recording.AfterPowerLoss(point, loss, random.Below(UINT64_MAX));
  for (std::uint64_t cuts = 1 + random.Below(kCutsMax); cuts > 0; --cuts) {
    ++report->counts[kCuts];
    LifeOptions options{.directory = directory, .thorough = cuts == 1};
    if (cuts > 1) options.cut_before = random.Below(random.OneIn(2) ? kOpening : kLife);
    LifeEnd end = LiveOn(workload, machine, loss, options, report);
    if (report->end != CycleEnd::kHeld || cuts == 1) return;
    loss = static_cast<Loss>(random.Below(kLosses));
    machine = *std::move(end.cut);
    machine.disk = machine.disk.AfterPowerLoss(loss, random.Below(UINT64_MAX));
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
            << " operations afterwards; held " << Of(CycleEnd::kHeld) << ", refused and recovered "
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
