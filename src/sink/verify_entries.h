// SPDX-License-Identifier: Apache-2.0
//
// The pass over all entries of a snapshot that Verify is, for whoever needs them verified.
#pragma once

#include "pipeline/ledger.h"

#include <idem/result.h>
#include <idem/verify_report.h>

namespace idem {

class SnapshotImpl;

// As Snapshot::Verify. Shows `also`, unless it is empty, the entries in ascending order of the
// keys, until something is found: all of them when the report is ok(). Its error, which is not
// kCorruption, ends the pass.
Result<VerifyReport> VerifyEntries(const SnapshotImpl& snapshot, const VerifyOptions& options,
                                   const pipeline::EntryVisitor& also);

}  // namespace idem
