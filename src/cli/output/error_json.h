// SPDX-License-Identifier: Apache-2.0
//
// An error as --json tells it: what programs decide by, and what people read.
#pragma once

#include <idem/error.h>

#include "cli/output/json.h"

namespace idem::cli {

// {"code":..., "message":..., "next_step": a word that stays, "remedy": the same for people}
Json ErrorJson(const Error& error);

}  // namespace idem::cli
