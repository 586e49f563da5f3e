// SPDX-License-Identifier: Apache-2.0
//
// Decide: gives every record of a batch that has no outcome yet its own, in order, and applies what
// is accepted to the working set. No I/O. The order in which the questions are asked, here after
// those of the gathering, is the precedence of verdicts.
#pragma once

#include "codec/row_envelope.h"
#include "pipeline/working_set.h"

#include <idem/commit_report.h>

#include <cstdint>
#include <string_view>

namespace idem::pipeline {

// Gives a valid record whose row is `row`, as it was before this commit, its outcome when the
// record leaves the row as it is. False when it does not.
bool Settle(const BatchRecord& record, const Candidate& candidate, const codec::RowEnvelope& row,
            Outcome* outcome);

// The same of the row that has this head, for a record that is word for word what is stored, as
// most are that come again: no rule of a table makes anything else than a duplicate of it. False
// leaves it to Settle.
inline bool SettleRepeat(const Candidate& candidate, std::string_view head,
                         Outcome* outcome) noexcept {
  if (candidate.is_delete) return false;
  const codec::RowStamp row = codec::StampIfSame(head, candidate.version, candidate.fingerprint);
  if (row.commit == 0 || candidate.rank > row.rank) return false;  // the rank may have to be raised
  *outcome = {Verdict::kDuplicate, Reason::kSameKey, row.commit};
  return true;
}

// `commit` is the number this commit will get. Afterwards every record has its outcome.
void Decide(const RecordBuffer& batch, std::uint64_t commit, WorkingSet* work);

// Writes `record` into its slots and its table's state, whatever is stored: what an accepting
// decision does, and what accepting a quarantined record does.
void Apply(const BatchRecord& record, const Candidate& candidate, std::uint64_t commit,
           WorkingSet* work);

}  // namespace idem::pipeline
