// SPDX-License-Identifier: Apache-2.0
//
// Counts the calls of fdatasync, by taking its place. Between two of them a loss of power may put
// the watermark, which is on the real file system, back to any state that it had since the first.
#pragma once

#include <cstdint>

namespace idem::power {

std::uint64_t CountedSyncs();

}  // namespace idem::power
