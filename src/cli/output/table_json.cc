// SPDX-License-Identifier: Apache-2.0

#include "cli/output/table_json.h"

#include <optional>
#include <vector>

namespace idem::cli {
namespace {

Json RangesJson(const std::vector<OffsetRange>& ranges) {
  Json json = Json::array();
  for (const OffsetRange& range : ranges) {
    json.push_back({{"begin", range.begin}, {"end", range.end}});
  }
  return json;
}

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json TableJson(const TableInfo& info) {
  const TableOptions& options = info.options;
  return {{"name", info.name},
          {"mode", ToString(options.mode)},
          {"version", ToString(options.version_kind())},
          {"tie", ToString(options.tie)},
          {"canonical_json", options.canonical_json},
          {"ignored_members", options.ignored_members},
          {"horizon", OrNull(options.horizon)},
          {"version_max", OrNull(options.version_max)},
          {"rows", info.rows},
          {"tombstones", info.tombstones},
          {"event_ids", info.event_ids},
          {"digest", info.digest.ToHex()},
          {"last_commit", info.last_commit}};
}

Json PartitionJson(const Partition& partition) {
  return partition.name ? Json(*partition.name) : Json(partition.number);
}

Json CheckpointJson(const Checkpoint& checkpoint) {
  return {{"source", checkpoint.source},
          {"partition", PartitionJson(checkpoint.partition)},
          {"start", checkpoint.start},
          {"next", checkpoint.next},
          {"holes", RangesJson(checkpoint.Holes())},
          {"done", RangesJson(checkpoint.done)},
          {"incarnation", checkpoint.incarnation},
          {"note", checkpoint.note},
          {"commit", checkpoint.commit}};
}

}  // namespace idem::cli
