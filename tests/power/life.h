// SPDX-License-Identifier: Apache-2.0
//
// Life: a host on a machine, from power on to the end of its workload, and the recording of it from
// which a loss of power at any moment can be made.
#pragma once

#include <idem/error.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "power/crash_file_system.h"
#include "power/disk.h"
#include "power/outside.h"
#include "power/session.h"
#include "power/workload.h"

namespace idem::power {

// What a machine is switched on with.
struct Machine {
  Disk disk;
  OutsideFiles outside;
  std::uint64_t durable = 0;  // the commits that were acknowledged as durable
};

// Everything that happened in one life.
struct Recording {
  Machine start;
  std::vector<Operation> operations;

  struct Outside {
    OutsideFiles files;
    std::uint64_t syncs;  // of theirs, so far
  };
  std::vector<Outside> outside;  // before each operation, and at the end

  // From so many operations on, this commit counts as durable.
  struct Acknowledged {
    std::size_t operations;
    std::uint64_t commit;
  };
  std::vector<Acknowledged> acknowledged;

  std::uint64_t decided_beside = 0;         // commits, while another one was written
  std::uint64_t written_beside_a_sync = 0;  // and while another one was synced

  // What the machine finds whose power is lost after `point` operations.
  Machine AfterPowerLoss(std::size_t point, Loss loss, std::uint64_t seed) const;

  // Tells two recordings apart.
  std::uint64_t Fingerprint() const;
};

// How a life went.
struct LifeEnd {
  std::string wrong;             // what contradicts a promise; empty: nothing
  std::optional<Error> refused;  // the store could not be opened
  std::size_t operations = 0;
  std::optional<Machine> cut;  // what was there when the power went; its disk is not yet damaged
};

struct LifeOptions {
  std::filesystem::path directory;
  StoreWrapper wrapper = {};
  bool recovers = false;           // accepts what a recovery can keep, before it opens the store
  bool thorough = true;            // Verify, and everything offered again at the end
  Recording* recording = nullptr;  // null: none is kept
  bool as_it_comes = false;        // pairs are written and synced in any order

  // The power goes before this operation, or at the end where there are fewer. A process does not
  // notice: it lives on until its next call returns, and leaves no trace of that. Unset: never.
  std::optional<std::size_t> cut_before = {};
};

LifeEnd Live(const Workload& workload, const Machine& machine, const LifeOptions& options);

}  // namespace idem::power
