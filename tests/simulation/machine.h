// SPDX-License-Identifier: Apache-2.0
//
// Machine: a disk that can fail, lose its power or outlive a process, and the directory beside it
// that holds idem's own small files.
//
// A cut, the moment at which the process or the power goes, may lie in the middle of any call. The
// process does not notice: it runs on until the call returns, and nothing that it did after the cut
// is there when the machine goes on. So whoever asks IsCut after a call and hears yes must take the
// call's answer for one that was never received.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "power/crash_file_system.h"
#include "power/disk.h"
#include "power/faulty_file_system.h"
#include "power/outside.h"
#include "power/still_env.h"
#include "simulation/clock.h"
#include "simulation/trace.h"

namespace idem::simulation {

struct Cut {
  std::size_t at = 0;                    // the operation that is not made any more
  std::optional<power::Loss> loss = {};  // of power; unset: the process is killed
  std::uint64_t seed = 0;
  bool outside_is_older = false;  // the files beside the disk are as before the operation before
};

class Machine {
 public:
  // Both must outlive the machine.
  Machine(std::filesystem::path directory, SimulatedClock* clock, Trace* trace);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  power::FaultyFileSystem& disk() { return *disk_; }
  std::shared_ptr<power::CrashFileSystem> file_system() const { return memory_; }
  std::shared_ptr<power::FaultyFileSystem> faulty_file_system() const { return disk_; }
  std::size_t operations() const { return memory_->operation_count(); }

  // For one process. Jobs in the background are its own.
  std::unique_ptr<power::StillEnv> NewEnv();

  // Plans the next cut. `cut.at` counts from now.
  void CutAfter(Cut cut);
  bool HasCut() const { return cut_.has_value(); }
  bool IsCut() const { return cut_ && operations() >= cut_->at; }
  bool LosesPower() const { return cut_ && cut_->loss; }
  std::size_t cut_at() const { return cut_->at; }  // REQUIRES: HasCut
  void CallOff() { cut_.reset(); }

  // What there is after the cut. REQUIRES: IsCut, and no process uses the disk any more.
  void GoOnAfterCut();

  // The same files in a directory of another identity, without the lock. Whoever has the old one
  // open goes on with it.
  void ReplaceDirectory();

  // Throws the store away.
  void Wipe();

  // The sorted files that the store has now, by name.
  std::vector<std::string> TableFiles() const;

  // Whether bytes may have changed, so that an opening may be refused: after a loss of power that
  // tears, until an opening found nothing wrong; after a sync that got lost, as long as the files
  // live.
  bool may_be_damaged() const { return torn_ || lost_sync_; }
  void TakeForSound() { torn_ = false; }

  // From here on operations on the disk fail by this plan.
  void Break(const power::FaultPlan& plan);

 private:
  void SwitchOn(power::Disk disk);
  void SwitchOff();
  void TakeForCut(const power::Disk& disk);

  const std::filesystem::path directory_;
  Trace* const trace_;
  const std::shared_ptr<SimulatedSystemClock> system_clock_;

  std::shared_ptr<power::CrashFileSystem> memory_;
  std::shared_ptr<power::FaultyFileSystem> disk_;
  std::optional<Cut> cut_;
  std::optional<power::Disk> left_;             // once it came: what it found on the disk
  std::optional<power::OutsideFiles> outside_;  // and beside it
  bool torn_ = false;
  bool lost_sync_ = false;
  int replaced_ = 0;  // directories that were put aside
};

}  // namespace idem::simulation
