// SPDX-License-Identifier: Apache-2.0

#include "rounds.h"

#include <algorithm>

namespace idem::bench {

Comparison Compare(std::span<const PeerKind* const> peers, const Workload& workload,
                   const RunSettings& settings, std::size_t rounds, const RunReport& report) {
  Comparison comparison{&workload, settings, {}};
  for (const PeerKind* peer : peers) comparison.series.push_back({peer, {}});
  const FinalState expected = ExpectedState(workload, settings.records, settings.values);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t turn = 0; turn < peers.size(); ++turn) {
      Series& series = comparison.series[(round + turn) % peers.size()];
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

Spread SpreadOf(const Series& series, const FigureOf& figure) {
  std::vector<double> values;
  for (const Measurement& measurement : series.rounds) values.push_back(figure(measurement));
  return SpreadOf(std::move(values));
}

Spread RatioOf(const Series& series, const Series& other, const FigureOf& figure) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < series.rounds.size(); ++round) {
    ratios.push_back(figure(series.rounds[round]) / figure(other.rounds[round]));
  }
  return SpreadOf(std::move(ratios));
}

Spread RateRatio(const Series& series, const Series& other) {
  return RatioOf(series, other, [](const Measurement& measured) { return 1 / measured.wall_s; });
}

const Series* Comparison::Find(std::string_view peer) const {
  for (const Series& of : series) {
    if (of.peer->name == peer) return &of;
  }
  return nullptr;
}

}  // namespace idem::bench
