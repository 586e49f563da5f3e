// SPDX-License-Identifier: Apache-2.0
//
// Results: all that one run of idem_compare has found, as goals judge it and reports tell it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "environment.h"
#include "probe.h"
#include "rounds.h"

namespace idem::bench {

struct ProbeSeries {
  const Probe* probe = nullptr;
  std::uint64_t records = 0;
  std::vector<double> rounds;
};

struct Results {
  Environment environment;
  std::vector<Comparison> comparisons;
  std::vector<ProbeSeries> probes;
  std::vector<std::string> missing;  // what could not be measured here, and why
};

}  // namespace idem::bench
