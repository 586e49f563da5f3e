// SPDX-License-Identifier: Apache-2.0
#include "simulation/machine.h"

#include <utility>

namespace idem::simulation {

namespace fs = std::filesystem;

Machine::Machine(fs::path directory, SimulatedClock* clock, Trace* trace)
    : directory_(std::move(directory)),
      trace_(trace),
      system_clock_(std::make_shared<SimulatedSystemClock>(clock)) {
  SwitchOn({});
}

Machine::~Machine() { SwitchOff(); }

void Machine::SwitchOn(power::Disk disk) {
  memory_ = std::make_shared<power::CrashFileSystem>(directory_.string(), std::move(disk));
  disk_ = std::make_shared<power::FaultyFileSystem>(memory_, power::FaultPlan());
  memory_->set_observer([this](std::size_t number, const power::Disk& before) {
    if (!cut_) return;
    if (cut_->outside_is_older && number + 1 == cut_->at) outside_ = power::ReadOutside(directory_);
    if (number == cut_->at) TakeForCut(before);
  });
}

// What the cut leaves: nothing that is done from here on.
void Machine::TakeForCut(const power::Disk& disk) {
  if (left_) return;
  left_ = disk;
  if (!outside_) outside_ = power::ReadOutside(directory_);
}

void Machine::SwitchOff() {
  trace_->Add(memory_->operations());
  memory_->set_observer({});  // a process that lives on in another directory still uses it
}

std::unique_ptr<power::StillEnv> Machine::NewEnv() {
  return std::make_unique<power::StillEnv>(disk_, system_clock_);
}

void Machine::CutAfter(Cut cut) {
  cut.at += operations();
  cut_ = cut;
  left_.reset();
  outside_.reset();
}

void Machine::GoOnAfterCut() {
  TakeForCut(memory_->disk());
  SwitchOff();
  power::Disk left = *std::move(left_);
  if (cut_->loss) {
    left = left.AfterPowerLoss(*cut_->loss, cut_->seed);
    torn_ = torn_ || power::LeavesDamage(*cut_->loss);
  }
  power::RestoreOutside(*outside_, directory_);
  cut_.reset();
  SwitchOn(std::move(left));
}

void Machine::ReplaceDirectory() {
  const power::OutsideFiles files = power::ReadOutside(directory_);
  fs::rename(directory_, directory_.string() + ".aside" + std::to_string(++replaced_));
  power::RestoreOutside(files, directory_);
}

void Machine::Break(const power::FaultPlan& plan) {
  lost_sync_ = lost_sync_ || plan.fault == power::Fault::kLostSync;
  disk_->Plan(plan);
}

std::vector<std::string> Machine::TableFiles() const {
  std::vector<std::string> names;
  memory_->GetChildren(directory_.string(), {}, &names, nullptr).PermitUncheckedError();
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".sst"); });
  return names;
}

void Machine::Wipe() {
  SwitchOff();
  fs::remove_all(directory_);
  torn_ = lost_sync_ = false;
  cut_.reset();
  SwitchOn({});
}

}  // namespace idem::simulation
