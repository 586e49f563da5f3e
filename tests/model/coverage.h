// SPDX-License-Identifier: Apache-2.0
//
// Coverage: the situations that a run must have met to mean anything: named ones, most of them
// noticed by the oracle, and three matrices of what came after what. A cell that stays at zero
// fails the test, so that a change of the generator cannot quietly stop testing something.
#pragma once

#include "model/matrix.h"
#include "model/oracle.h"
#include "script/target.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace idem::model {

// How much a run can be asked for: the named situations; which operation and which part of a batch
// follows which; and also every pair of verdicts of one key, which takes hundreds of thousands of
// stores.
enum class Depth : std::uint8_t { kNamed, kPairs, kVerdictPairs };

class Coverage {
 public:
  Coverage();

  // For the oracle to write into.
  Probes* probes() noexcept { return &cells_; }

  void Begin();  // what follows begins with an empty store
  void See(const script::Step& step, const script::Answer& answer);

  // What was never met of that which a run of this depth is asked for.
  std::vector<std::string> Missing(Depth depth) const;
  std::string Table(Depth depth) const;

  // All required cells as numbers, for another process to add to its own.
  static std::size_t CellCount();
  void CopyTo(std::span<std::uint64_t> cells);
  void AddFrom(std::span<const std::uint64_t> cells);

 private:
  void SeeCommit(const script::Commit& commit, const script::Answer& answer);
  void SeeOutcome(const script::Answer& answer, const Outcome& outcome);

  Probes cells_;
  Matrix steps_;
  Matrix actions_;
  Matrix verdicts_;

  // Of the store that was begun last.
  std::optional<std::size_t> last_step_;
  std::map<std::pair<std::string, script::Tuple>, Verdict> last_verdict_;
  std::uint64_t commit_ = 0;
  std::uint64_t reopened_at_ = 0;  // the last commit before the last opening
  bool just_reopened_ = false;
};

}  // namespace idem::model
