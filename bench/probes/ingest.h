// SPDX-License-Identifier: Apache-2.0
//
// The command `idem ingest` on a file of NDJSON, as a process from its start to its end, against
// reading the same file and parsing the same three fields of each line with simdjson, and nothing
// else. How many times the rate.
#pragma once

#include "probe.h"

namespace idem::bench {

double Ingest(const ProbeSettings& settings);

}  // namespace idem::bench
