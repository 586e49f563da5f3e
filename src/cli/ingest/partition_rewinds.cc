// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/partition_rewinds.h"

#include <vector>

namespace idem::cli {

bool PartitionRewinds::IsFirst(const MappedRecord& record) {
  const char* type = record.partition.is_name() ? "name:" : "number:";
  return seen_.emplace(record.source, type + Partition(record.partition).ToString()).second;
}

Result<void> PartitionRewinds::MoveBack(IdempotentSink* sink, const MappedRecord& record) {
  const Partition partition(record.partition);
  Result<std::vector<ResumePoint>> points = sink->ResumeFrom(record.source);
  if (!points) return points.error();
  for (const ResumePoint& point : *points) {
    if (point.partition != partition || point.next <= record.offset) continue;
    Result<void> rewound =
        sink->Rewind(record.source, record.partition,
                     {.to = record.offset, .reason = "idem ingest --from-start"});
    if (!rewound) return rewound.error();
  }
  return {};
}

}  // namespace idem::cli
