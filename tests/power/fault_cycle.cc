// SPDX-License-Identifier: Apache-2.0
#include "power/fault_cycle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "power/outside.h"
#include "power/session.h"

namespace idem::power {
namespace {

using testing::Mix;

constexpr int kTriesBeforeHealing = 3;  // of a disk that would fail for ever
constexpr int kTriesMax = 100;          // to open or to go on; more is a host that is stuck
constexpr int kRepeatsMax = 3;          // of a rejected commit on the same handle

// When the power goes, if it does.
enum class PowerLoss : std::uint8_t { kNever, kAtTheFirstReopening, kAtTheEnd };

class FaultyHost {
 public:
  FaultyHost(const Workload* workload, const FaultPlan& plan, Place place, CycleReport* report)
      : workload_(workload),
        plan_(plan),
        place_(std::move(place)),
        report_(report),
        chance_(Mix(workload->seed(),
                    plan.first * 64 + plan.burst * 8 + static_cast<std::uint64_t>(plan.fault))),
        power_loss_(plan.burst == 0 ? PowerLoss::kNever
                                    : static_cast<PowerLoss>(chance_.Below(3))) {
    SwitchOn({}, plan);
  }

  void Run() {
    while (!over_) {
      if (++tries_ > kTriesBeforeHealing && plan_.burst == kUntilHealed) disk_->Heal();
      if (tries_ > kTriesMax) return Violated("stuck, at last with: " + last_error_);
      LiveOnce();
      if (!over_ && cut_) LosePower();
    }
  }

  std::uint64_t met() const { return disk_->met(); }
  std::uint64_t failed() const { return failed_before_ + disk_->failed(); }

 private:
  enum class Next : std::uint8_t { kGoOn, kReopen };

  void SwitchOn(Disk disk, const FaultPlan& plan) {
    memory_ = std::make_shared<CrashFileSystem>(place_.directory.string(), std::move(disk));
    disk_ = std::make_shared<FaultyFileSystem>(memory_, plan);
    env_ = std::make_unique<StillEnv>(disk_);
    place_.env = env_.get();
  }

  // The power goes now: what the process does from here on leaves no trace.
  void CutPower(PowerLoss moment) {
    if (power_loss_ != moment) return;
    power_loss_ = PowerLoss::kNever;
    cut_ = Cut{memory_->disk(), ReadOutside(place_.directory)};
  }

  // The process is gone, and the power is back. The disk fails no more.
  void LosePower() {
    ++report_->counts[kPowerLost];
    loss_ = static_cast<Loss>(chance_.Below(kLosses));
    failed_before_ = disk_->failed();
    RestoreOutside(cut_->outside, place_.directory);
    SwitchOn(cut_->disk.AfterPowerLoss(*loss_, chance_.Below(UINT64_MAX)), {});
    cut_.reset();
    kept_ = durable_;
  }

  void Violated(const std::string& what) {
    over_ = true;
    report_->Say(CycleEnd::kViolated, what);
  }

  void LiveOnce() {
    auto opened = Session::Open(workload_, place_);
    if (!opened) return OpenFailed(opened.error());
    const std::unique_ptr<Session> session = *std::move(opened);
    if (!CheckFound(*session)) return;
    if (Handle(session.get(), session->Define()) == Next::kReopen) return;
    Ingest(session.get());
  }

  void OpenFailed(const Error& error) {
    ++report_->counts[kOpensFailed];
    last_error_ = error.ToString();
    CutPower(PowerLoss::kAtTheFirstReopening);
    if (!loss_ || error.code() != ErrorCode::kCorruption) return;
    // No fault is left since the power went, so nothing is gained by a second try.
    if (!LeavesDamage(*loss_) && plan_.fault != Fault::kLostSync) {
      return Violated("refused: " + last_error_);
    }
    over_ = true;
    report_->Say(CycleEnd::kRefused, "after loss '" + std::string(ToString(*loss_)) + "'");
  }

  bool CheckFound(const Session& session) {
    const std::uint64_t found = session.found();
    if (!session.wrong().empty()) {
      Violated("found no state after any commit: " + session.wrong());
    } else if (found < kept_) {
      Violated("lost acknowledged commits: found " + std::to_string(found) + " of " +
               std::to_string(kept_));
    } else if (found > possible_) {
      Violated("found commit " + std::to_string(found) + ", which was rejected or never made");
    }
    if (found == possible_ && found > kept_) ++report_->counts[kUnknownFound];
    kept_ = durable_ = possible_ = found;
    return !over_;
  }

  void Ingest(Session* session) {
    int repeats = 0;
    while (session->committed() < workload_->commits()) {
      const std::uint64_t before = session->committed();
      const auto acknowledge = [this](std::uint64_t commit) { Acknowledge(commit); };
      if (Handle(session, session->CommitNext(acknowledge)) == Next::kReopen) return;
      if (over_) return;
      if (session->committed() == before) {
        if (++repeats > kRepeatsMax) return;
        continue;
      }
      const std::uint64_t commit = session->committed();
      if (!workload_->FlushesAfter(commit)) continue;
      const auto flushed = session->Flush();
      if (Handle(session, flushed) == Next::kReopen) return;
      if (flushed) durable_ = commit;
    }
    CheckEnd(session);
  }

  void Acknowledge(std::uint64_t commit) {
    kept_ = std::max(kept_, commit);
    if (workload_->DurabilityOf(commit) == Durability::kSync) durable_ = std::max(durable_, commit);
  }

  // Takes note of how a call ended. A commit counts from the moment it was written, so committed()
  // may be ahead of what was acknowledged.
  Next Handle(Session* session, const Result<void>& result) {
    possible_ = session->committed();
    if (result) {
      kept_ = session->committed();
      ++report_->counts[kOk];
      return Next::kGoOn;
    }
    last_error_ = result.error().ToString();
    const Next next = HandleError(session, result.error());
    if (next == Next::kReopen) CutPower(PowerLoss::kAtTheFirstReopening);
    return next;
  }

  Next HandleError(Session* session, const Error& error) {
    switch (error.code()) {
      case ErrorCode::kCommitUnknown:
        ++report_->counts[kUnknown];
        possible_ = std::max({possible_, kept_ + 1, session->unknown()});
        return Next::kReopen;
      case ErrorCode::kPoisoned:
        ++report_->counts[kRejected];
        return Next::kReopen;
      case ErrorCode::kNoSpace:
        if (plan_.fault != Fault::kNoSpace) break;
        [[fallthrough]];
      case ErrorCode::kIoError:
      case ErrorCode::kCorruption:
        ++report_->counts[kRejected];
        CheckRejected(*session);
        return Next::kGoOn;
      default:
        break;
    }
    Violated("an error that no fault explains: " + last_error_);
    return Next::kReopen;
  }

  void CheckRejected(const Session& session) {
    const auto content = session.Content();
    if (!content) return;  // the disk still fails
    if (*content == workload_->MarkAfter(session.committed())) return;
    Violated("a rejected commit had an effect: " + session.DifferenceFrom(session.committed()));
  }

  void CheckEnd(Session* session) {
    disk_->Heal();
    CutPower(PowerLoss::kAtTheEnd);
    if (cut_) return;
    const auto content = session->Content();
    if (!content) return Violated("reading the end: " + content.error().ToString());
    if (*content != workload_->MarkAfter(workload_->commits())) {
      return Violated("the end is not that of an undisturbed run: " +
                      session->DifferenceFrom(workload_->commits()));
    }
    if (std::string bad = session->Audit(); !bad.empty()) return Violated(bad);
    over_ = true;
    report_->Say(CycleEnd::kHeld, "");
  }

  const Workload* const workload_;
  const FaultPlan plan_;
  Place place_;
  CycleReport* const report_;
  testing::Random chance_;
  PowerLoss power_loss_;

  std::shared_ptr<CrashFileSystem> memory_;
  std::shared_ptr<FaultyFileSystem> disk_;
  std::unique_ptr<StillEnv> env_;

  std::uint64_t kept_ = 0;      // commits that the next opening must find
  std::uint64_t durable_ = 0;   // those that it must find after a loss of power
  std::uint64_t possible_ = 0;  // those that it may find
  struct Cut {
    Disk disk;
    OutsideFiles outside;
  };
  std::optional<Cut> cut_;    // the power is gone, and the process does not know it yet
  std::optional<Loss> loss_;  // how it went
  std::uint64_t failed_before_ = 0;
  int tries_ = 0;
  bool over_ = false;
  std::string last_error_;
};

}  // namespace

std::uint64_t CountOperations(const Workload& workload, Fault fault,
                              const std::filesystem::path& directory) {
  CycleReport report;
  std::filesystem::remove_all(directory);
  FaultyHost host(&workload, {.fault = fault, .first = UINT64_MAX, .burst = 0}, {directory},
                  &report);
  host.Run();
  if (report.end != CycleEnd::kHeld) throw std::runtime_error(report.text.data());
  return host.met();
}

void FailOnce(const Workload& workload, const FaultPlan& plan,
              const std::filesystem::path& directory, CycleReport* report,
              const StoreWrapper& wrapper) {
  FaultyHost host(&workload, plan, {directory, nullptr, wrapper}, report);
  host.Run();
  report->counts[kFailures] = static_cast<std::uint32_t>(host.failed());
}

void FaultTally::Add(const CycleReport& report, Fault fault, const std::string& again) {
  Class& of_fault = classes_[fault];
  ++of_fault.ends[report.end];
  for (std::size_t i = 0; i < report.counts.size(); ++i) of_fault.counts[i] += report.counts[i];
  if (report.end == CycleEnd::kRefused) {
    ++refusals_[report.text.data()];
  } else if (report.end != CycleEnd::kHeld) {
    ADD_FAILURE() << ToString(fault) << ": " << report.text.data() << "\nagain: " << again;
  }
}

void FaultTally::Print() const {
  std::uint64_t points = 0;
  for (const auto& [fault, of_fault] : classes_) {
    for (const auto& [end, count] : of_fault.ends) points += count;
  }
  std::cout << points << " points\n";
  for (auto [fault, of_fault] : classes_) {
    auto& ends = of_fault.ends;
    const auto& counts = of_fault.counts;
    std::cout << ToString(fault) << ": held " << ends[CycleEnd::kHeld] << ", refused "
              << ends[CycleEnd::kRefused] << ", violated " << ends[CycleEnd::kViolated]
              << ", aborted " << ends[CycleEnd::kAborted] << ", hung " << ends[CycleEnd::kHung]
              << "; operations failed " << counts[kFailures] << ", calls ok " << counts[kOk]
              << ", rejected " << counts[kRejected] << ", unknown " << counts[kUnknown]
              << " (found " << counts[kUnknownFound] << "), openings failed "
              << counts[kOpensFailed] << ", power lost " << counts[kPowerLost] << "\n";
  }
  for (const auto& [text, count] : refusals_) {
    std::cout << "  refused " << count << ": " << text << "\n";
  }
}

std::uint64_t FaultTally::Count(FaultCount count) const {
  std::uint64_t sum = 0;
  for (const auto& [fault, of_fault] : classes_) sum += of_fault.counts[count];
  return sum;
}

}  // namespace idem::power
