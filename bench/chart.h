// SPDX-License-Identifier: Apache-2.0
//
// The ratios as bars on a logarithmic scale: a group for each stream, a bar for each peer, a line
// across it for least and most of the rounds. The blind put is the line at 1.
#pragma once

#include <string>

#include "results.h"

namespace idem::bench {

// A whole SVG document, which needs neither scripts nor fonts of its own.
std::string ToSvg(const Results& results);

}  // namespace idem::bench
