// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report.h"

namespace idem::bench {
namespace {

using Group = std::vector<const Comparison*>;  // of one durability
using Cell = std::function<std::string(const Comparison&, const Series&)>;

constexpr const char* kNothing = "-";

std::string ToText(const Spread& spread) {
  return fmt::format("{:.2f} ({:.2f}..{:.2f})", spread.median, spread.least, spread.most);
}

// Every peer that took part somewhere, in the order of the registry.
std::vector<const PeerKind*> PeersOf(const Group& group) {
  std::vector<const PeerKind*> peers;
  for (const PeerKind& kind : AllPeers()) {
    const bool took_part = std::any_of(group.begin(), group.end(), [&](const Comparison* one) {
      return one->Find(kind.name) != nullptr;
    });
    if (took_part) peers.push_back(&kind);
  }
  return peers;
}

std::string Table(std::string_view title, const Group& group, const Cell& cell) {
  const auto peers = PeersOf(group);
  std::string header = "| workload | records | batch | values |";
  std::string rule = "|---|--:|--:|--:|";
  for (const PeerKind* peer : peers) {
    header += fmt::format(" {} |", peer->name);
    rule += "--:|";
  }
  std::string table = fmt::format("\n{}\n\n{}\n{}\n", title, header, rule);
  for (const Comparison* one : group) {
    table += fmt::format("| {} | {} | {} | {} |", one->workload->name, one->settings.records,
                         one->settings.batch, ToString(one->settings.values));
    for (const PeerKind* peer : peers) {
      const Series* series = one->Find(peer->name);
      table += fmt::format(" {} |", series == nullptr ? kNothing : cell(*one, *series));
    }
    table += "\n";
  }
  return table;
}

std::string Ratio(const Comparison& comparison, const Series& series) {
  if (&series == &comparison.series.front()) return "1";
  return ToText(RateRatio(series, comparison.series.front()));
}

std::string Rate(const Comparison& comparison, const Series& series) {
  const auto records = static_cast<double>(comparison.settings.records);
  const Spread rate =
      SpreadOf(series, [&](const Measurement& m) { return records / m.wall_s / 1000; });
  return fmt::format("{:.0f}", rate.median);
}

std::string CpuPerRecord(const Comparison& comparison, const Series& series) {
  return fmt::format("{:.2f}", CpuMicrosPerRecord(comparison, series).median);
}

std::string WrittenPerRecord(const Comparison& comparison, const Series& series) {
  const double median = WrittenBytesPerRecord(comparison, series).median;
  return median == 0 ? kNothing : fmt::format("{:.0f}", median);
}

std::string Opening(const Comparison&, const Series& series) {
  return fmt::format("{:.3f}", OpeningSeconds(series).median);
}

std::string DiskPerRow(const Comparison&, const Series& series) {
  const Spread bytes = SpreadOf(series, [](const Measurement& m) {
    return static_cast<double>(m.disk_bytes) / static_cast<double>(m.rows);
  });
  return fmt::format("{:.0f}", bytes.median);
}

std::string Tables(const Group& group) {
  const Comparison& first = *group.front();
  return fmt::format("\n## Durability {}, {} rounds\n", ToString(first.settings.durability),
                     first.series.front().rounds.size()) +
         Table(fmt::format("Times the rate of {}: median (least..most) of the rounds' ratios.",
                           first.series.front().peer->name),
               group, Ratio) +
         Table("Thousand records a second, median.", group, Rate) +
         Table("CPU microseconds a record, all threads, a server's too; median.", group,
               CpuPerRecord) +
         Table("Bytes written a record, median.", group, WrittenPerRecord) +
         Table("Bytes on disk a row after a restart, median.", group, DiskPerRow) +
         Table("Seconds to open the store with its preload, before what is measured; median.",
               group, Opening);
}

std::string_view Verdict(const JudgedGoal& judged) {
  if (!judged.found) return "not measured";
  if (!judged.goal->must) return "for comparison";
  if (judged.Reaches(*judged.goal->aim)) return "aim reached";
  return judged.BelowMust() ? "**below**" : "reached";
}

std::string Limit(const Goal& goal, const std::optional<double>& limit) {
  return limit ? fmt::format("{}{}", goal.less_is_better ? "at most " : "", *limit) : kNothing;
}

std::string Goals(const Results& results) {
  std::string table = "\n## Goals\n\n| goal | found | must | aim | |\n|---|--:|--:|--:|---|\n";
  for (const JudgedGoal& judged : Judge(AllGoals(), results)) {
    const Goal& goal = *judged.goal;
    table += fmt::format("| {} | {} | {} | {} | {} |\n", goal.name,
                         judged.found ? ToText(*judged.found) : kNothing, Limit(goal, goal.must),
                         Limit(goal, goal.aim), Verdict(judged));
  }
  return table;
}

std::string Probes(const Results& results) {
  std::string table = "\n## Single figures\n\n| figure | records | median (least..most) | |\n";
  table += "|---|--:|--:|---|\n";
  for (const ProbeSeries& series : results.probes) {
    table += fmt::format("| {} | {} | {} {} | {} |\n", series.probe->name, series.records,
                         ToText(SpreadOf(series.rounds)), series.probe->unit, series.probe->what);
  }
  return table;
}

}  // namespace

std::string ToMarkdown(const Results& results) {
  const Environment& environment = results.environment;
  std::string text = fmt::format("{}; {}; {}; {}.\n", environment.date, environment.cpu,
                                 environment.compiler, environment.versions);
  for (const std::string& missing : results.missing)
    text += fmt::format("\nMissing: {}.\n", missing);
  text += Goals(results);
  for (const Durability durability : {Durability::kAsync, Durability::kSync}) {
    Group group;
    for (const Comparison& one : results.comparisons) {
      if (one.settings.durability == durability) group.push_back(&one);
    }
    if (!group.empty()) text += Tables(group);
  }
  if (!results.probes.empty()) text += Probes(results);
  return text;
}

}  // namespace idem::bench
