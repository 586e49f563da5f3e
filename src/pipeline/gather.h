// SPDX-License-Identifier: Apache-2.0
//
// Gather: validates every record, fingerprints those that need a decision, and finds what deciding
// them takes: in memory, and the rest in one Store::Read.
#pragma once

#include "pipeline/source_pass.h"
#include "pipeline/working_set.h"

namespace idem::pipeline {

// A batch may have been made with wider limits than `limits`, the sink's own, which count.
// Errors: kIoError, kCorruption.
Result<void> Gather(const RecordBuffer& batch, const SourcePassResult& sources,
                    const Limits& limits, const storage::Store& store, WorkingSet* work);

// After the decisions: reads the payloads of rows that are written again with another head and were
// found in memory. Seldom any. Errors: kIoError, kCorruption.
Result<void> GatherPayloads(const storage::Store& store, WorkingSet* work);

}  // namespace idem::pipeline
