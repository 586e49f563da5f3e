// SPDX-License-Identifier: Apache-2.0
//
// Validation: what makes a record INVALID before anything stored is looked at. In the header what
// every record is asked.
#pragma once

#include "codec/version_order.h"

#include <idem/quarantine.h>
#include <idem/result.h>
#include <idem/table_options.h>
#include <idem/verdict.h>

#include <string>

namespace idem::rules {

// Whether a table may be created with these options. Errors: kInvalidArgument.
Result<void> CheckTableOptions(const TableOptions& options);

// Whether the table takes this operation and version; kNone: yes. `*normal` as in
// codec::CheckVersion.
inline Reason CheckOperation(const TableOptions& options, Operation operation) noexcept {
  const bool append = options.mode == TableMode::kAppend;
  const bool fits = operation == (append ? Operation::kInsert : Operation::kUpsert) ||
                    (!append && operation == Operation::kDelete);
  return fits ? Reason::kNone : Reason::kOperationNotAllowed;
}
inline Reason CheckRecordVersion(const TableOptions& options, const Version& version,
                                 std::string* normal) {
  const Reason reason = codec::CheckVersion(options.version_kind(), version, normal);
  if (reason != Reason::kNone) return reason;
  // A table with a bound has integer versions (CheckTableOptions), so this is one.
  const bool too_far = options.version_max && version.integer() > *options.version_max;
  return too_far ? Reason::kVersionTooFar : Reason::kNone;
}

}  // namespace idem::rules
