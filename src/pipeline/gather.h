// SPDX-License-Identifier: Apache-2.0
//
// Gather: validates every record, fingerprints those that need a decision, and reads what deciding
// them takes, all in one Store::Read.
#pragma once

#include "pipeline/source_pass.h"
#include "pipeline/working_set.h"

namespace idem::pipeline {

// A batch may have been made with wider limits than `limits`, the sink's own, which count.
// Errors: kIoError, kCorruption.
Result<void> Gather(const RecordBuffer& batch, const SourcePassResult& sources,
                    const Limits& limits, const storage::Store& store, WorkingSet* work);

}  // namespace idem::pipeline
