// SPDX-License-Identifier: Apache-2.0
//
// Probe: a figure that is no ratio of two peers on one stream. It is measured as often as there are
// rounds, in a directory of its own each time.
// A probe more is a file more in probes/, and an entry in probes/registry.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace idem::bench {

struct ProbeSettings {
  std::uint64_t records = 0;     // at least 2
  std::filesystem::path parent;  // of the probe's own directory
};

struct Probe {
  std::string_view name;
  std::string_view what;  // for people
  std::string_view unit;

  // One round. Throws std::exception when what it looks at did not do its work.
  double (*measure)(const ProbeSettings& settings);
};

std::span<const Probe> AllProbes();

}  // namespace idem::bench
