// SPDX-License-Identifier: Apache-2.0
//
// Validation: what makes a record INVALID before anything stored is looked at.
#pragma once

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
Reason CheckOperation(const TableOptions& options, Operation operation) noexcept;
Reason CheckRecordVersion(const TableOptions& options, const Version& version, std::string* normal);

}  // namespace idem::rules
