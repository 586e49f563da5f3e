// SPDX-License-Identifier: Apache-2.0
//
// Gather: validates every record, fingerprints those that need a decision, and finds what deciding
// them takes: in memory, and the rest with Store::Read, some megabytes at a time. Records that are
// invalid or replayed have their outcome then; the others become candidates.
#pragma once

#include "pipeline/source_pass.h"
#include "pipeline/working_set.h"

#include <cstdint>

namespace idem::pipeline {

// What becomes of the records afterwards. Most of those that are known already leave their row as
// it is, which shows when the row is found: they are settled then and there, and take no slot. That
// must not be done to records that are applied whatever is stored.
enum class Afterwards : std::uint8_t { kDecide, kApply };

// A batch may have been made with wider limits than `limits`, the sink's own, which count. Beside
// another commit it may end early, and the working set is then blocked.
// Errors: kIoError, kCorruption.
Result<void> Gather(const RecordBuffer& batch, const SourcePassResult& sources,
                    const Limits& limits, const storage::Store& store, Afterwards afterwards,
                    WorkingSet* work);

// After the decisions: reads the payloads of rows that are written again with another head and were
// found in memory. Seldom any. Errors: kIoError, kCorruption.
Result<void> GatherPayloads(const storage::Store& store, WorkingSet* work);

}  // namespace idem::pipeline
