// SPDX-License-Identifier: Apache-2.0
//
// The pass over all entries of a snapshot that Verify is, for whoever needs them verified.
#pragma once

#include "pipeline/ledger.h"

#include <idem/result.h>
#include <idem/verify_report.h>

namespace idem {

class SnapshotImpl;

// As Snapshot::Verify. Shows `also`, unless it is empty, every entry that can be read, in ascending
// order of the keys; its error, which is not kCorruption, ends the pass.
Result<VerifyReport> VerifyEntries(const SnapshotImpl& snapshot, const VerifyOptions& options,
                                   const pipeline::EntryVisitor& also);

}  // namespace idem
