// SPDX-License-Identifier: Apache-2.0
//
// Quarantine stage: makes entries of the refused records of one commit.
#pragma once

#include "pipeline/decide.h"
#include "pipeline/write_plan_builder.h"

#include <cstdint>
#include <vector>

namespace idem::pipeline {

struct QuarantineContext {
  const storage::Store& store;
  std::uint64_t commit;
  std::int64_t wall_micros;
  std::size_t value_bytes_max;  // of a value that is kept whole
};

// The identity of a refused record: what was handed in, not where it was read or why refused.
QuarantineId IdOf(const BatchRecord& record);

bool HasRefused(const std::vector<Outcome>& outcomes) noexcept;

// Adds an entry for each refused record that has none. A record whose entry is resolved becomes
// DUPLICATE (resolved). Errors: kIoError, kCorruption.
Result<void> StageQuarantine(const RecordBuffer& batch, const QuarantineContext& context,
                             std::vector<Outcome>* outcomes, WritePlanBuilder* plan);

}  // namespace idem::pipeline
