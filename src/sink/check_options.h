// SPDX-License-Identifier: Apache-2.0
//
// Whether a sink can be opened with these options.
#pragma once

#include <idem/options.h>
#include <idem/result.h>

namespace idem {

// Errors: kInvalidArgument, naming the first option that is outside its range.
Result<void> CheckSinkOptions(const SinkOptions& options);

}  // namespace idem
