// SPDX-License-Identifier: Apache-2.0
//
// Source: what the world ingests: partitions of positions, each with its records, as a pure
// function of the seed. It can be read from any position as often as one likes.
//
// Tables
//   state     upsert, with deletes and ties; the content does not depend on the order of arrival
//   log       append; exactly one row a position, named after it: rows say which offsets are done
//   payments  append with event ids, some of which come at several positions; order does not matter
//   disputed  append; few keys, many payloads: the first wins, the others are conflicts
//   recent    upsert with a horizon: what is too late depends on what came before
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "script/operation.h"
#include "simulation/conditions.h"
#include "support/random.h"

namespace idem::simulation {

inline constexpr std::string_view kSource = "orders";
inline constexpr std::string_view kLog = "log";
inline constexpr std::string_view kRecent = "recent";
inline constexpr std::string_view kOrderFreeTables[] = {"state", kLog, "payments"};

class Source {
 public:
  explicit Source(const Conditions& conditions);

  // What a host defines before it ingests.
  static std::vector<script::Step> Definitions();

  const std::vector<Partition>& partitions() const { return partitions_; }
  std::int64_t positions() const { return positions_; }  // of each partition: 0 .. positions - 1

  // The position and its records.
  void Append(const script::Place& place, std::vector<script::Action>* actions) const;

  // The key of the row that `log` has for a position.
  static script::Tuple LogKey(const Partition& partition, std::int64_t offset);

 private:
  std::uint64_t seed_;
  std::uint64_t large_of_12_;
  std::vector<Partition> partitions_;
  std::int64_t positions_;
};

}  // namespace idem::simulation
