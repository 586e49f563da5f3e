// SPDX-License-Identifier: Apache-2.0

#include "rounds.h"

#include <algorithm>

namespace idem::bench {

Comparison Compare(std::span<const PeerKind* const> peers, const Workload& workload,
                   const RunSettings& settings, std::size_t rounds, const RunReport& report) {
  Comparison comparison{&workload, settings, {}};
  for (const PeerKind* peer : peers) comparison.series.push_back({peer, {}});
  const FinalState expected = ExpectedState(workload, settings.records);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Series& series : comparison.series) {
      report(round, *series.peer);
      series.rounds.push_back(Run(*series.peer, workload, settings, expected));
    }
  }
  return comparison;
}

Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

Spread RatioToReference(const Comparison& comparison, const Series& series) {
  const Series& reference = comparison.series.front();
  std::vector<double> ratios;
  for (std::size_t round = 0; round < series.rounds.size(); ++round) {
    ratios.push_back(reference.rounds[round].wall_s / series.rounds[round].wall_s);
  }
  return SpreadOf(std::move(ratios));
}

Spread SpreadOf(const Series& series, const std::function<double(const Measurement&)>& figure) {
  std::vector<double> values;
  for (const Measurement& measurement : series.rounds) values.push_back(figure(measurement));
  return SpreadOf(std::move(values));
}

}  // namespace idem::bench
