// SPDX-License-Identifier: Apache-2.0
//
// Decide: gives every record of a batch its outcome, in order, and applies what is accepted to the
// working set. No I/O. The order in which the questions are asked is the precedence of verdicts.
#pragma once

#include "pipeline/working_set.h"

#include <idem/commit_report.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace idem::pipeline {

// The outcome of a valid record whose row is `row`, as it was before this commit, when the record
// leaves it as it is; nothing when it does not.
std::optional<Outcome> Settle(const BatchRecord& record, const Candidate& candidate,
                              const codec::RowEnvelope& row);

// `commit` is the number this commit will get. Appends one outcome per record.
void Decide(const RecordBuffer& batch, std::uint64_t commit, WorkingSet* work,
            std::vector<Outcome>* outcomes);

// Writes `record` into its slots and its table's state, whatever is stored: what an accepting
// decision does, and what accepting a quarantined record does.
void Apply(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
           WorkingSet* work);

}  // namespace idem::pipeline
