// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "model/compare.h"
#include "simulation/actors/cast.h"
#include "simulation/checks/offsets.h"
#include "simulation/violation.h"
#include "storage/rocks/store_directory.h"
#include "support/directory_bytes.h"
#include "support/settings.h"

namespace idem::simulation {
namespace {

constexpr std::size_t kNotesShown = 12;
constexpr char kGarbage[] = "somebody wrote over this file";

SinkOptions WithClock(SinkOptions options, Clock* clock) {
  options.clock = clock;
  return options;
}

bool HasGaps(const script::State& state) {
  return std::any_of(state.checkpoints.begin(), state.checkpoints.end(),
                     [](const Checkpoint& one) { return !one.done.empty(); });
}

}  // namespace

World::World(const Conditions& conditions, const std::filesystem::path& directory,
             ProbeBoard* probes, const power::StoreWrapper& wrapper)
    : conditions_(conditions),
      probes_(probes),
      wrapper_(wrapper),
      chance_(testing::Mix(conditions.seed, 0xac7)),
      options_(WithClock(OptionsOf(conditions), &clock_)),
      source_(conditions),
      machine_(directory, &clock_, &trace_),
      history_(options_, &situations_) {}

void World::Run() try {
  LiveDangerously();
  LiveOn();
} catch (const std::exception& error) {
  std::string last;
  const std::size_t shown = std::min(notes_.size(), kNotesShown);
  for (auto note = notes_.end() - static_cast<std::ptrdiff_t>(shown); note != notes_.end();
       ++note) {
    last += "; " + *note;
  }
  throw Violation(std::string(error.what()) + "\n  in " + ToString(conditions_) + "\n  after" +
                  last);
}

std::uint64_t World::Fingerprint() const {
  Trace trace = trace_;
  trace.Add(machine_.file_system()->operations());
  return trace.fingerprint();
}

void World::Note(std::string what) {
  // Two runs of one seed differ in where they put the store.
  const std::string directory = machine_.directory().string();
  for (auto at = what.find(directory); at != std::string::npos; at = what.find(directory)) {
    what.replace(at, directory.size(), "STORE");
  }
  static const bool print = testing::Setting("IDEM_SIM_TRACE").has_value();
  if (print)
    std::cerr << std::to_string(::getpid()) + " " + std::to_string(notes_.size()) + ": " + what +
                     "\n";
  trace_.Add(what);
  notes_.push_back(std::move(what));
}

void World::LiveDangerously() {
  Cast cast(conditions_);
  for (std::uint64_t tick = 0; tick < conditions_.ticks; ++tick) {
    cast.ActOnce(this);
    Settle();
  }
  machine_.CallOff();
  machine_.disk().Heal();
  if (FormatIsDamaged()) RestoreFormat();
}

// When the process or the power is gone, the rest of the world takes note of it.
void World::Settle() {
  if (!machine_.IsCut()) return;
  const bool power = machine_.LosesPower();
  const bool in_a_call = machine_.operations() > machine_.cut_at();
  Note(power ? "the power is lost" : "the process is killed");
  Reach(power ? Probe::kPowerLost : Probe::kKilled);
  if (in_a_call) Reach(power ? Probe::kPowerLostInACall : Probe::kKilledInACall);
  host_.reset();
  if (power) {
    history_.LosePower();
    ++power_losses_;
  }
  machine_.GoOnAfterCut();
  if (chance_.OneIn(2)) wire_.coming.clear();  // what was on its way to that process is gone too
}

void World::Open() {
  ++life_;
  rejects_ = 0;
  const std::uint64_t failed_before = machine_.disk().failed();
  auto opened = Host::Open(&machine_, options_, wrapper_);
  Note(opened ? "opened at commit " + std::to_string((*opened)->found())
              : "could not be opened: " + opened.error().ToString());
  if (machine_.IsCut()) return Reach(Probe::kCutWhileOpening);
  if (!opened) return OpenFailed(opened.error(), failed_before);
  if (FormatIsDamaged()) throw Violation("opened a directory whose format file is damaged");
  if (!CheckFound(opened->get())) return;
  host_ = *std::move(opened);
  if (std::exchange(refused_, false)) Reach(Probe::kRecovered);
  for (const script::Step& step : Source::Definitions()) {
    if (host_) Offer(step);
  }
}

void World::OpenFailed(const Error& error, std::uint64_t failed_before) {
  if (FormatIsDamaged()) {
    Reach(Probe::kOpenRefused);
    refused_ = true;
    return RestoreFormat();
  }
  if (machine_.disk().failed() > failed_before) return Reach(Probe::kOpenFailed);
  const bool damaged =
      error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kStoreBehind;
  if (!damaged || !machine_.may_be_damaged()) {
    throw Violation("the store cannot be opened: " + error.ToString());
  }
  // Bytes were changed, and the store says so. The source still has everything.
  Note("the store is thrown away");
  Reach(Probe::kStartedAnew);
  machine_.Wipe();
  history_.StartAnew();
  unknown_ = false;
}

// Compares what an opening found with what it may find. False: it could not be read.
bool World::CheckFound(Host* host) {
  script::State state;
  const std::uint64_t failed_before = machine_.disk().failed();
  try {
    state = host->target().Read();
  } catch (const BadResult& error) {
    if (machine_.disk().failed() == failed_before) throw;
    Reach(Probe::kReadFailed);
    return false;
  }
  const std::uint64_t current = history_.current();
  history_.Find(state.commit);
  const bool found_all = history_.current() == current;
  if (std::exchange(unknown_, false)) {
    Reach(found_all ? Probe::kUnknownFound : Probe::kUnknownAbsent);
  } else if (!found_all && power_losses_ > 0) {
    Reach(Probe::kUnsyncedLost);
  }
  model::Oracle oracle = history_.latest();
  if (const std::string problem = model::CompareStates(oracle.Read(), state); !problem.empty()) {
    throw Violation("found no state after any commit:\n" + problem);
  }
  CheckOffsets(source_, state);
  found_gaps_ = HasGaps(state);
  machine_.TakeForSound();
  return true;
}

void World::RunJobs() {
  if (!host_ || !host_->HasJobs()) return;
  const std::vector<std::string> before = machine_.TableFiles();
  host_->RunJobs();
  const std::vector<std::string> after = machine_.TableFiles();
  if (!std::includes(before.begin(), before.end(), after.begin(), after.end())) {
    Reach(Probe::kFlushed);
  }
  if (!std::includes(after.begin(), after.end(), before.begin(), before.end())) {
    Reach(Probe::kCompacted);
  }
}

std::unique_ptr<Host> World::Freeze() {
  RunJobs();
  host_->reading.reset();
  machine_.ReplaceDirectory();
  return std::move(host_);
}

void World::DamageFormat() {
  const auto path = machine_.directory() / storage::kFormatFile;
  if (FormatIsDamaged() || !std::filesystem::exists(path)) return;
  format_bytes_ = testing::FileBytes(path);
  testing::SetFileBytes(path, kGarbage);
}

bool World::FormatIsDamaged() const {
  return testing::FileBytes(machine_.directory() / storage::kFormatFile) == kGarbage;
}

void World::RestoreFormat() {
  testing::SetFileBytes(machine_.directory() / storage::kFormatFile, format_bytes_);
}

}  // namespace idem::simulation
