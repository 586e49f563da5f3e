// SPDX-License-Identifier: Apache-2.0
//
// Why the library refused a record, in the words of the command line.
#pragma once

#include <idem/batch.h>
#include <idem/table.h>

#include <functional>
#include <optional>
#include <string>

#include "cli/ingest/ingest_options.h"
#include "cli/ingest/record_mapper.h"

namespace idem::cli {

// What a record lacks that each must have, its key or its version; nothing when it has both.
// `record` is what `mapper` has just mapped.
std::optional<std::string> MissingReason(const IngestOptions& options, const RecordMapper& mapper,
                                         const MappedRecord& record);

// The reason as the documentation names it, then what is wrong and what to do; where a member is
// missing, which one it is and the option that names it. `add` adds the record to a batch.
std::string InvalidReason(const Table& table, const IngestOptions& options,
                          const RecordMapper& mapper, const MappedRecord& record,
                          const std::function<void(const Table&, Batch*)>& add);

}  // namespace idem::cli
