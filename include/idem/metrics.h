// SPDX-License-Identifier: Apache-2.0
//
// Metrics: counters of an open sink, read as one consistent copy. Counters start at zero when the
// sink is opened and only grow; sizes are the values of the moment.
#pragma once

#include <idem/checkpoint.h>
#include <idem/export.h>
#include <idem/verdict.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace idem {

// Latencies in buckets of powers of two: bucket i counts those below 2^i microseconds that no lower
// bucket counts; the last bucket counts the rest.
struct LatencyHistogram {
  static constexpr std::size_t kBuckets = 32;
  std::array<std::uint64_t, kBuckets> buckets{};
  std::uint64_t count = 0;
  std::uint64_t sum_micros = 0;
};

struct TableMetrics {
  std::string table;
  std::array<std::uint64_t, kVerdictCount> records{};  // by verdict
  std::uint64_t rows = 0;
  std::uint64_t tombstones = 0;
  std::uint64_t event_ids = 0;
};

struct SourceMetrics {
  std::string source;
  Partition partition;
  std::int64_t next = 0;           // committed
  std::int64_t durable_next = 0;   // known to survive power loss
  std::uint64_t open_offsets = 0;  // offsets in holes below the highest one done: the lag
};

struct Metrics {
  std::vector<TableMetrics> tables;    // by name
  std::vector<SourceMetrics> sources;  // by source and partition
  std::uint64_t records_offered = 0;   // = the sum over all tables and verdicts
  std::uint64_t bytes_offered = 0;
  std::uint64_t commits = 0;           // commits that wrote something
  std::uint64_t commits_repeated = 0;  // answered from a stored report
  std::uint64_t commits_failed = 0;    // returned an error
  std::uint64_t commit = 0;            // the last commit's number
  std::uint64_t durable_commit = 0;    // the last one known to survive power loss
  LatencyHistogram commit_latency;     // of Commit, the sync included
  std::uint64_t stalled_micros = 0;    // what commits waited for flushes and compactions
  LatencyHistogram flush_latency;      // of Flush
};

// The Prometheus text exposition format, version 0.0.4. Every name begins with "idem_". Table,
// source and partition names become labels, escaped as the format demands.
IDEM_EXPORT std::string ToPrometheusText(const Metrics& metrics);

}  // namespace idem
