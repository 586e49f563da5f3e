// SPDX-License-Identifier: Apache-2.0
//
// What was counted by who read a whole store and verified it.
#pragma once

#include <idem/verify_report.h>

#include <string>

#include "cli/output/json.h"

namespace idem::cli {

// Its members, behind those that are there.
void AddCounts(const VerifyReport& report, Json* json);
// "commit 12: 3 tables, ... 0 findings"
std::string CountsText(const VerifyReport& report);

}  // namespace idem::cli
