// SPDX-License-Identifier: Apache-2.0
//
// Host: one process that has the store open, from its opening until it closes it or is no more.
#pragma once

#include <idem/idem.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "power/session.h"
#include "power/still_env.h"
#include "script/sink_target.h"
#include "simulation/machine.h"

namespace idem::simulation {

class Host {
 public:
  // All must outlive the host but the machine's current disk, which it keeps alive. `wrapper` may
  // be unset.
  static Result<std::unique_ptr<Host>> Open(Machine* machine, const SinkOptions& options,
                                            const power::StoreWrapper& wrapper);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  script::SinkTarget& target() { return *target_; }
  IdempotentSink& sink() { return target_->sink(); }

  // The commits that the opening found, and those that this handle knows of now.
  std::uint64_t found() const { return found_; }
  std::uint64_t commit() const { return target_->sink().ReadMetrics().commit; }

  // The disk as it was switched on for this process, and the changes of it.
  std::shared_ptr<power::CrashFileSystem> disk() const { return disk_; }
  std::size_t operations() const { return disk_->operation_count(); }
  // Those that were made to fail.
  std::uint64_t failed() const { return faults_->failed(); }

  bool HasJobs() const { return env_->HasJobs(); }
  void RunJobs() { env_->RunJobs(); }

  // Somebody removed or replaced the lock file: this handle may write nothing any more.
  bool lock_is_lost = false;

  // A snapshot that somebody is reading, and what the store held when it was taken.
  struct Reading {
    Snapshot snapshot;
    script::State expected;
  };
  std::optional<Reading> reading;

 private:
  Host() = default;

  std::shared_ptr<power::CrashFileSystem> disk_;
  std::shared_ptr<power::FaultyFileSystem> faults_;
  std::unique_ptr<power::StillEnv> env_;
  std::unique_ptr<script::SinkTarget> target_;
  std::uint64_t found_ = 0;
};

}  // namespace idem::simulation
