// SPDX-License-Identifier: Apache-2.0
//
// What an open sink's process holds for each row whose identity, or fingerprint alone, is in
// memory: its anonymous memory with them, less that of the same store opened without them, by row.
#pragma once

#include "probe.h"

namespace idem::bench {

double IdentityBytes(const ProbeSettings& settings);
double FingerprintBytes(const ProbeSettings& settings);

}  // namespace idem::bench
