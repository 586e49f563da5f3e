// SPDX-License-Identifier: Apache-2.0
//
// Runs the worlds of many seeds, each in a process of its own, and some of them twice.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "power/session.h"
#include "simulation/probes.h"

namespace idem::simulation {

struct Tally {
  std::uint64_t worlds = 0;      // that were run, second times included
  std::uint64_t violations = 0;  // worlds in which a promise broke, aborts and hangs among them
  std::uint64_t compared = 0;    // seeds that were run twice
  std::uint64_t diverged = 0;    // that differed
  std::uint64_t operations = 0;  // on disks
  std::uint64_t commits = 0;     // at the ends of the worlds
};

// `failed` is told each violation and each divergence, with the command that repeats it.
using Failed = std::function<void(std::uint64_t seed, const std::string& what)>;

// Every `twice`-th seed runs twice; 0: none.
Tally Simulate(const std::vector<std::uint64_t>& seeds, std::uint64_t twice, ProbeBoard* probes,
               const power::StoreWrapper& wrapper, const Failed& failed);

}  // namespace idem::simulation
