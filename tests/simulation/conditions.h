// SPDX-License-Identifier: Apache-2.0
//
// Conditions: the world that a seed stands for: how much there is to ingest, how the host does it,
// and which adversaries live there. Derived from the seed alone, and printed with every failure.
#pragma once

#include <idem/options.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace idem::simulation {

struct Conditions {
  std::uint64_t seed = 0;
  std::uint64_t ticks = 0;  // of the first phase, in which everything may go wrong

  // The source and the host.
  std::uint64_t partitions = 1;
  std::uint64_t positions = 1;            // of each partition
  std::uint64_t positions_per_batch = 1;  // at most
  std::uint64_t syncs_of_12 = 0;          // commits
  std::uint64_t large_values_of_12 = 0;   // so that write buffers fill
  std::uint64_t tokens_of_12 = 0;
  bool lazy_jobs = false;  // flushes and compactions wait for the next commit
  std::size_t filter_bytes = 0;
  std::size_t identity_bytes = 0;
  std::size_t fingerprint_bytes = 0;
  std::size_t cache_bytes = 0;

  // The adversaries.
  bool duplicates = false;
  bool reorders = false;
  bool crashes = false;
  bool bad_disk = false;
  bool full_disk = false;
  bool zombies = false;
  bool meddling = false;
  bool clock_jumps = false;
};

Conditions ConditionsOf(std::uint64_t seed);

std::string ToString(const Conditions& conditions);

// The options of every sink in that world, the clock apart.
SinkOptions OptionsOf(const Conditions& conditions);

}  // namespace idem::simulation
