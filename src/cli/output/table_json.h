// SPDX-License-Identifier: Apache-2.0
//
// Definitions, checkpoints and partitions as JSON.
#pragma once

#include <idem/checkpoint.h>
#include <idem/table.h>

#include "cli/output/json.h"

namespace idem::cli {

Json TableJson(const TableInfo& info);
Json CheckpointJson(const Checkpoint& checkpoint);
Json PartitionJson(const Partition& partition);  // a number or a string

}  // namespace idem::cli
