// SPDX-License-Identifier: Apache-2.0
//
// PartitionRewinds: with --offset and --from-start, where a run first meets a partition its
// checkpoint is moved back to there.
#pragma once

#include <idem/idempotent_sink.h>
#include <idem/result.h>

#include <set>
#include <string>
#include <utility>

#include "cli/ingest/record_mapper.h"

namespace idem::cli {

class PartitionRewinds final {
 public:
  // True the first time that a record of its partition is asked about.
  bool IsFirst(const MappedRecord& record);

  // Moves the checkpoint of the record's partition back to its offset, if it stands behind it.
  // Errors: those of ResumeFrom and Rewind.
  static Result<void> MoveBack(IdempotentSink* sink, const MappedRecord& record);

 private:
  std::set<std::pair<std::string, std::string>> seen_;  // source, partition
};

}  // namespace idem::cli
