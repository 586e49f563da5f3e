// SPDX-License-Identifier: Apache-2.0
//
// The two calls of <idem/recovery.h> on a store that was begun to be recovered.
#pragma once

#include "storage/store_recovery.h"

#include <idem/recovery.h>

#include <cstdint>

namespace idem {

Result<RecoveryPlan> PlanOf(const storage::StoreRecovery& recovery, const SinkOptions& options);

// Consumes `recovery` unless it returns kInvalidArgument.
Result<RecoveryReport> Accept(std::uint64_t commit, const SinkOptions& options,
                              storage::StoreRecovery* recovery);

}  // namespace idem
