// SPDX-License-Identifier: Apache-2.0
//
// Why the library refused a record, in the words of the command line.
#pragma once

#include <idem/batch.h>
#include <idem/table.h>

#include <functional>
#include <string>

#include "cli/ingest/ingest_options.h"
#include "cli/ingest/record_mapper.h"

namespace idem::cli {

// The reason as the documentation names it, and for a member that is missing which one it is, the
// option that names it, and what to do. `add` adds the record, which `mapper` has just mapped, to a
// batch.
std::string InvalidReason(const Table& table, const IngestOptions& options,
                          const RecordMapper& mapper,
                          const std::function<void(const Table&, Batch*)>& add);

}  // namespace idem::cli
