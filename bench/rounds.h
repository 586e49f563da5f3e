// SPDX-License-Identifier: Apache-2.0
//
// Rounds: every peer once, then every peer once again, another one first: A B C, B C A, C A B. A
// machine that gets slower while it measures slows down all of them, and a ratio is taken within
// its round, of neighbours in time. A place in the round may be worth something, as after a peer
// that left the disk busy; so nobody has the same one each time.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "run.h"

namespace idem::bench {

// One peer's runs of one workload, in the order of the rounds.
struct Series {
  const PeerKind* peer = nullptr;
  std::vector<Measurement> rounds;
};

struct Comparison {
  const Workload* workload = nullptr;
  RunSettings settings;
  std::vector<Series> series;  // the reference is the first

  const Series* Find(std::string_view peer) const;  // null: it did not take part
};

// `peers` begins with the reference. `report` is called before each run.
using RunReport = std::function<void(std::size_t round, const PeerKind& peer)>;
Comparison Compare(std::span<const PeerKind* const> peers, const Workload& workload,
                   const RunSettings& settings, std::size_t rounds, const RunReport& report);

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

Spread SpreadOf(std::vector<double> values);

// A figure of each round.
using FigureOf = std::function<double(const Measurement&)>;
Spread SpreadOf(const Series& series, const FigureOf& figure);

// How many times the other's figure, round by round.
Spread RatioOf(const Series& series, const Series& other, const FigureOf& figure);

// How many times as fast.
Spread RateRatio(const Series& series, const Series& other);

}  // namespace idem::bench
