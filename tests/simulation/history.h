// SPDX-License-Identifier: Apache-2.0
//
// History: what the store must hold, by commit, as the oracle has it, and which of those states a
// reopening may find.
//
//   durable <= kept <= current
//   kept      acknowledged: there after every reopening
//   durable   acknowledged as durable: there after a loss of power too
//   current   made, acknowledged or not: the last state that may be found
//
// It also keeps for each record the commit that applied it. No record is applied twice in one
// history, whatever is delivered how often; what a loss of power takes away is history no more.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/oracle.h"
#include "script/operation.h"
#include "script/target.h"

namespace idem::simulation {

// A record's place and its number there.
using RecordName = std::pair<std::string, std::size_t>;

// The names of a commit's records, in their order.
std::vector<RecordName> NamesOf(const std::vector<script::Action>& actions);

class History {
 public:
  // `situations` are those that the oracle meets; must outlive the history.
  History(const SinkOptions& options, model::Probes* situations);

  const model::Oracle& latest() const { return moments_.back().oracle; }
  std::uint64_t current() const { return moments_.size() - 1; }
  std::uint64_t kept() const { return kept_; }
  std::uint64_t durable() const { return durable_; }

  // One more commit was made. `applied` are the records that the store says it applied in it.
  // Throws Violation where one of them was applied before.
  void Add(model::Oracle oracle, const std::vector<RecordName>& applied);

  void KeepAll() { kept_ = current(); }
  void MakeDurable(std::uint64_t commit);

  // The power is gone, and with it what was not durable.
  void LosePower() { kept_ = durable_; }

  // A reopening found the state after `commit`, and has made all of it durable. Throws Violation
  // where that commit may not be found.
  void Find(std::uint64_t commit);

  // The store was thrown away.
  void StartAnew();

  // The commit that applied the record; 0: none.
  std::uint64_t CommitOf(const RecordName& record) const;
  // Whether the record was applied once and its commit lost.
  bool WasLost(const RecordName& record) const { return lost_.contains(record); }

 private:
  struct Moment {
    model::Oracle oracle;
    std::vector<RecordName> applied;
  };
  void DropAfter(std::uint64_t commit);

  std::vector<Moment> moments_;  // by commit
  std::uint64_t kept_ = 0;
  std::uint64_t durable_ = 0;
  std::map<RecordName, std::uint64_t> applied_;  // by which commit
  std::set<RecordName> lost_;
};

}  // namespace idem::simulation
