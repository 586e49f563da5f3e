// SPDX-License-Identifier: Apache-2.0
//
// The whole content of a store as lines of text, without what depends on the cut into batches
// (commit numbers) or on time. Two runs of one stream are equal when their lines are.
#pragma once

#include <idem/idem.h>

#include <string>
#include <vector>

namespace idem::crash {

Result<std::vector<std::string>> DescribeStore(const IdempotentSink& sink);

}  // namespace idem::crash
