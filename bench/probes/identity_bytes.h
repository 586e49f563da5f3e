// SPDX-License-Identifier: Apache-2.0
//
// What an open sink's process holds for each row whose identity, or fingerprint alone, is in
// memory: its anonymous memory with them, less that of the same store opened without them, by row
// that is known. Which are, a repeat of each shows: of one that is not its row is looked up.
#pragma once

#include <idem/options.h>

#include <cstddef>

#include "probe.h"

namespace idem::bench {

double IdentityBytes(const ProbeSettings& settings);
double FingerprintBytes(const ProbeSettings& settings);

// What both ask, of a sink with these options and without what they give to `bytes`. Throws
// std::runtime_error when fewer than 95 of 100 rows are known: the figure would be that of a budget
// that is used up, and not of a row.
double BytesForEachKnownRow(const ProbeSettings& settings, SinkOptions options,
                            std::size_t SinkOptions::*bytes);

}  // namespace idem::bench
