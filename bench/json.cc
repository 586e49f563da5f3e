// SPDX-License-Identifier: Apache-2.0

#include <nlohmann/json.hpp>

#include "report.h"

namespace idem::bench {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}};
}

Json ToJson(const std::optional<double>& figure) { return figure ? Json(*figure) : Json(); }

Json SettingsOf(const Comparison& comparison) {
  return {{"workload", comparison.workload->name},
          {"records", comparison.settings.records},
          {"batch", comparison.settings.batch},
          {"values", ToString(comparison.settings.values)},
          {"durability", ToString(comparison.settings.durability)}};
}

Json Ratios(const Results& results) {
  Json ratios = Json::array();
  for (const Comparison& comparison : results.comparisons) {
    const Series& reference = comparison.series.front();
    for (const Series& series : comparison.series) {
      Json ratio = SettingsOf(comparison);
      ratio["peer"] = series.peer->name;
      ratio["against"] = reference.peer->name;
      ratio["rounds"] = series.rounds.size();
      ratio["ratio"] = ToJson(RateRatio(series, reference));
      ratio["cpu_ratio"] = ToJson(RatioOf(
          series, reference, [](const Measurement& measured) { return 1 / measured.cpu_s; }));
      ratio["cpu_us_per_record"] = ToJson(CpuMicrosPerRecord(comparison, series));
      ratio["written_bytes_per_record"] = ToJson(WrittenBytesPerRecord(comparison, series));
      ratio["opening_s"] = ToJson(OpeningSeconds(series));
      ratios.push_back(std::move(ratio));
    }
  }
  return ratios;
}

Json Figures(const Results& results) {
  Json figures = Json::array();
  for (const ProbeSeries& series : results.probes) {
    Json figure = {
        {"figure", series.probe->name}, {"unit", series.probe->unit}, {"records", series.records}};
    figure.update(ToJson(SpreadOf(series.rounds)));
    figure["rounds"] = series.rounds;
    figures.push_back(std::move(figure));
  }
  return figures;
}

void AddGoals(const Results& results, Json* json) {
  Json goals = Json::array();
  Json below = Json::array();
  Json open = Json::array();
  for (const JudgedGoal& judged : Judge(AllGoals(), results)) {
    const Goal& goal = *judged.goal;
    goals.push_back({{"goal", goal.name},
                     {"must", ToJson(goal.must)},
                     {"aim", ToJson(goal.aim)},
                     {"less_is_better", goal.less_is_better},
                     {"found", judged.found ? ToJson(*judged.found) : Json()}});
    if (!judged.found) open.push_back(goal.name);
    if (judged.BelowMust()) below.push_back(goal.name);
  }
  (*json)["goals"] = std::move(goals);
  (*json)["below_must"] = std::move(below);
  (*json)["not_measured"] = std::move(open);
}

Json Runs(const Results& results) {
  Json runs = Json::array();
  for (const Comparison& comparison : results.comparisons) {
    for (const Series& series : comparison.series) {
      for (std::size_t round = 0; round < series.rounds.size(); ++round) {
        const Measurement& m = series.rounds[round];
        Json run = SettingsOf(comparison);
        run["peer"] = series.peer->name;
        run["round"] = round;
        run["opening_s"] = m.opening_s;
        run["wall_s"] = m.wall_s;
        run["cpu_s"] = m.cpu_s;
        run["written_bytes"] = m.written_bytes;
        run["disk_bytes"] = m.disk_bytes;
        run["rows"] = m.rows;
        runs.push_back(std::move(run));
      }
    }
  }
  return runs;
}

}  // namespace

std::string ToJson(const Results& results) {
  Json json = {{"date", results.environment.date},
               {"cpu", results.environment.cpu},
               {"compiler", results.environment.compiler},
               {"versions", results.environment.versions},
               {"missing", results.missing}};
  AddGoals(results, &json);
  json["ratios"] = Ratios(results);
  json["figures"] = Figures(results);
  json["runs"] = Runs(results);
  return json.dump(2) + "\n";
}

}  // namespace idem::bench
