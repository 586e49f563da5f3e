// SPDX-License-Identifier: Apache-2.0
//
// Metrics and health as Prometheus text, https://prometheus.io/docs/instrumenting/exposition_formats/.
#include <idem/health.h>
#include <idem/metrics.h>

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace idem {
namespace {

class Writer {
 public:
  void Family(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }
  template <typename Value>
  void Sample(std::string_view name, std::string_view labels, Value value) {
    fmt::format_to(std::back_inserter(text_), "{}{}{}{} {}\n", name, labels.empty() ? "" : "{",
                   labels, labels.empty() ? "" : "}", value);
  }
  template <typename Value>
  void Single(std::string_view name, std::string_view type, std::string_view help, Value value) {
    Family(name, type, help);
    Sample(name, "", value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Label(std::string_view name, std::string_view value) {
  std::string label(name);
  label += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') label += '\\';
    if (c == '\n') {
      label += "\\n";
    } else {
      label += c;
    }
  }
  return label + '"';
}

void WriteTables(const Metrics& metrics, Writer* out) {
  out->Family("idem_records_total", "counter", "Records offered, by table and verdict.");
  for (const TableMetrics& table : metrics.tables) {
    for (std::size_t i = 0; i < kVerdictCount; ++i) {
      const auto verdict = ToString(static_cast<Verdict>(i));
      out->Sample("idem_records_total",
                  Label("table", table.table) + "," + Label("verdict", verdict), table.records[i]);
    }
  }
  const auto gauge = [&](const char* name, const char* help, std::uint64_t TableMetrics::*field) {
    out->Family(name, "gauge", help);
    for (const TableMetrics& table : metrics.tables) {
      out->Sample(name, Label("table", table.table), table.*field);
    }
  };
  gauge("idem_rows", "Live rows.", &TableMetrics::rows);
  gauge("idem_tombstones", "Deletes remembered.", &TableMetrics::tombstones);
  gauge("idem_event_ids", "Event ids remembered.", &TableMetrics::event_ids);
}

void WriteSources(const Metrics& metrics, Writer* out) {
  const auto gauge = [&](const char* name, const char* help, auto SourceMetrics::*field) {
    out->Family(name, "gauge", help);
    for (const SourceMetrics& source : metrics.sources) {
      out->Sample(
          name,
          Label("source", source.source) + "," + Label("partition", source.partition.ToString()),
          source.*field);
    }
  };
  gauge("idem_source_next_offset", "Next offset to read.", &SourceMetrics::next);
  gauge("idem_source_durable_offset", "Next offset known to survive power loss.",
        &SourceMetrics::durable_next);
  gauge("idem_source_open_offsets", "Offsets in holes below the highest one done.",
        &SourceMetrics::open_offsets);
}

void WriteHistogram(std::string_view name, std::string_view help, const LatencyHistogram& latency,
                    Writer* out) {
  out->Family(name, "histogram", help);
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i + 1 < LatencyHistogram::kBuckets; ++i) {
    cumulative += latency.buckets[i];
    const double seconds = static_cast<double>(std::uint64_t{1} << i) / 1e6;
    out->Sample(bucket, fmt::format("le=\"{}\"", seconds), cumulative);
  }
  out->Sample(bucket, "le=\"+Inf\"", latency.count);
  out->Sample(std::string(name) + "_sum", "", static_cast<double>(latency.sum_micros) / 1e6);
  out->Sample(std::string(name) + "_count", "", latency.count);
}

}  // namespace

std::string ToPrometheusText(const Metrics& metrics) {
  Writer out;
  WriteTables(metrics, &out);
  WriteSources(metrics, &out);
  out.Single("idem_records_offered_total", "counter", "Records offered.", metrics.records_offered);
  out.Single("idem_bytes_offered_total", "counter", "Bytes offered.", metrics.bytes_offered);
  out.Single("idem_commits_repeated_total", "counter", "Commits answered from a stored report.",
             metrics.commits_repeated);
  out.Single("idem_commits_failed_total", "counter", "Commits that returned an error.",
             metrics.commits_failed);
  out.Single("idem_commits_total", "counter", "Commits that wrote something.", metrics.commits);
  out.Single("idem_commit", "gauge", "Number of the last commit.", metrics.commit);
  out.Single("idem_durable_commit", "gauge", "Last commit known to survive power loss.",
             metrics.durable_commit);
  WriteHistogram("idem_commit_seconds", "Duration of Commit.", metrics.commit_latency, &out);
  out.Single("idem_stalled_seconds_total", "counter",
             "Time that commits waited for flushes and compactions.",
             static_cast<double>(metrics.stalled_micros) / 1e6);
  WriteHistogram("idem_flush_seconds", "Duration of Flush.", metrics.flush_latency, &out);
  return out.Take();
}

std::string ToPrometheusText(const SinkHealth& health) {
  Writer out;
  out.Family("idem_health", "gauge", "1 for the state that holds, 0 for the others.");
  for (std::size_t i = 0; i < kHealthStateCount; ++i) {
    const auto state = static_cast<HealthState>(i);
    out.Sample("idem_health", Label("state", ToString(state)), state == health.state ? 1 : 0);
  }
  if (health.free_disk_bytes) {
    out.Single("idem_free_disk_bytes", "gauge", "What may still be written to the disk.",
               *health.free_disk_bytes);
  }
  out.Single("idem_log_bytes", "gauge", "Log that a reopening reads again.", health.log_bytes);
  out.Single("idem_memtable_bytes", "gauge", "Rows in memory that are in no sorted file yet.",
             health.memtable_bytes);
  out.Single("idem_pending_compaction_bytes", "gauge", "Estimate of what is still to be merged.",
             health.pending_compaction_bytes);
  out.Single("idem_undurable_commits", "gauge", "Commits not yet known to survive power loss.",
             health.undurable_commits);
  out.Single("idem_rows_to_load", "gauge", "Rows still to be brought into memory after opening.",
             health.rows_to_load);
  return out.Take();
}

}  // namespace idem
