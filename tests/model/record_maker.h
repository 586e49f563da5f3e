// SPDX-License-Identifier: Apache-2.0
//
// RecordMaker: single records at random, valid ones and ones with exactly one thing wrong, from
// spaces so small that records meet each other's keys, versions, contents and event ids.
#pragma once

#include "model/random.h"
#include "script/operation.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace idem::model {

inline constexpr std::int64_t kHorizon = 6;
inline constexpr std::int64_t kVersionMax = 60;
inline constexpr std::size_t kSmall = 64;  // bytes of a key or value, so that a larger one is cheap

// The highest version of a table with a horizon, about, and how often it moves on. It is quick in
// short episodes, which would not meet the horizon otherwise.
struct Front {
  std::int64_t at = 0;
  std::uint64_t step_percent = 0;
};

class RecordMaker {
 public:
  RecordMaker(Random* random, Front front) : random_(*random), front_(front) {}

  // `spoilt_per_mille`: how many of a thousand are INVALID.
  script::Action Make(const std::string& table, const TableOptions& options,
                      std::uint64_t spoilt_per_mille);

 private:
  script::Action Valid(const std::string& table, const TableOptions& options);
  StoredVersion AnyVersion(const TableOptions& options);
  StoredVersion IntegerVersion(const TableOptions& options);
  std::string AnyJson();
  void Spoil(const TableOptions& options, script::Action* action);
  void SpoilOperation(const TableOptions& options, script::Action* action);
  void SpoilVersion(const TableOptions& options, script::Action* action);

  Random& random_;
  Front front_;
};

}  // namespace idem::model
