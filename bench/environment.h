// SPDX-License-Identifier: Apache-2.0
//
// What a table of figures is worth nothing without: where and with what it was measured.
#pragma once

#include <string>

namespace idem::bench {

struct Environment {
  std::string date;      // of today, in UTC
  std::string cpu;       // model and number of processors
  std::string compiler;  // of the benchmark; the system's libraries were built by others
  std::string versions;  // of idem and its peers
};

Environment ReadEnvironment();

}  // namespace idem::bench
