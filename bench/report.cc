// SPDX-License-Identifier: Apache-2.0

#include "report.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

namespace idem::bench {
namespace {

using Cell = std::function<std::string(const Comparison&, const Series&)>;

std::string ToString(Durability durability) {
  return durability == Durability::kSync ? "sync" : "async";
}

std::string Table(std::string_view title, std::span<const Comparison> comparisons,
                  const Cell& cell) {
  std::string header = "| workload | records | batch |";
  std::string rule = "|---|--:|--:|";
  for (const Series& series : comparisons.front().series) {
    header += fmt::format(" {} |", series.peer->name);
    rule += "--:|";
  }
  std::string table = fmt::format("\n{}\n\n{}\n{}\n", title, header, rule);
  for (const Comparison& comparison : comparisons) {
    table += fmt::format("| {} | {} | {} |", comparison.workload->name, comparison.settings.records,
                         comparison.settings.batch);
    for (const Series& series : comparison.series) {
      table += fmt::format(" {} |", cell(comparison, series));
    }
    table += "\n";
  }
  return table;
}

std::string Ratio(const Comparison& comparison, const Series& series) {
  if (&series == &comparison.series.front()) return "1";
  const Spread ratio = RatioToReference(comparison, series);
  return fmt::format("{:.2f} ({:.2f}..{:.2f})", ratio.median, ratio.least, ratio.most);
}

std::string Rate(const Comparison& comparison, const Series& series) {
  const auto records = static_cast<double>(comparison.settings.records);
  const Spread rate =
      SpreadOf(series, [&](const Measurement& m) { return records / m.wall_s / 1000; });
  return fmt::format("{:.0f}", rate.median);
}

std::string CpuPerRecord(const Comparison& comparison, const Series& series) {
  const auto records = static_cast<double>(comparison.settings.records);
  const Spread cpu =
      SpreadOf(series, [&](const Measurement& m) { return m.cpu_s * 1e6 / records; });
  return fmt::format("{:.2f}", cpu.median);
}

std::string DiskPerRow(const Comparison&, const Series& series) {
  const Spread bytes = SpreadOf(series, [](const Measurement& m) {
    return static_cast<double>(m.disk_bytes) / static_cast<double>(m.rows);
  });
  return fmt::format("{:.0f}", bytes.median);
}

}  // namespace

std::string ToMarkdown(std::span<const Comparison> comparisons, const Environment& environment) {
  const Comparison& first = comparisons.front();
  return fmt::format("{}; {}; {}; {}; durability {}; rounds: {}.\n", environment.date,
                     environment.cpu, environment.compiler, environment.versions,
                     ToString(first.settings.durability), first.series.front().rounds.size()) +
         Table(fmt::format("Times the rate of {}: median (least..most) of the rounds' ratios.",
                           first.series.front().peer->name),
               comparisons, Ratio) +
         Table("Thousand records a second, median.", comparisons, Rate) +
         Table("CPU microseconds a record, all threads, median.", comparisons, CpuPerRecord) +
         Table("Bytes on disk a row after a restart, median.", comparisons, DiskPerRow);
}

std::string ToJson(std::span<const Comparison> comparisons, const Environment& environment) {
  nlohmann::ordered_json json = {{"date", environment.date},
                                 {"cpu", environment.cpu},
                                 {"compiler", environment.compiler},
                                 {"versions", environment.versions},
                                 {"runs", nlohmann::ordered_json::array()}};
  for (const Comparison& comparison : comparisons) {
    for (const Series& series : comparison.series) {
      for (std::size_t round = 0; round < series.rounds.size(); ++round) {
        const Measurement& m = series.rounds[round];
        json["runs"].push_back({{"workload", comparison.workload->name},
                                {"records", comparison.settings.records},
                                {"batch", comparison.settings.batch},
                                {"durability", ToString(comparison.settings.durability)},
                                {"peer", series.peer->name},
                                {"round", round},
                                {"wall_s", m.wall_s},
                                {"cpu_s", m.cpu_s},
                                {"disk_bytes", m.disk_bytes},
                                {"rows", m.rows}});
      }
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace idem::bench
