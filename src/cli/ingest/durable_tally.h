// SPDX-License-Identifier: Apache-2.0
//
// DurableTally: counts into the summary what a run has committed, and no sooner than it is as
// durable as was asked for.
//
// Contract
//   * Durability::kSync: a commit is counted after WaitDurable has returned for it. So each count
//     that the summary has at any moment, with whatever is printed of it, survives power loss.
//   * Durability::kAsync: a commit is counted when it is added. It survives the end of the process.
//   * Commits are counted in their order. After an error none is counted any more, though some may
//     be durable: too little is said then, never too much.
//   * Up to kWaiting commits wait to be counted, so that nobody waits for a sync while there is
//     something to read or to commit. What waits is forgotten with the tally.
//
// Thread-safety: none.
#pragma once

#include <idem/commit_report.h>
#include <idem/idempotent_sink.h>
#include <idem/options.h>
#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <deque>

#include "cli/ingest/ingest_summary.h"

namespace idem::cli {

class DurableTally final {
 public:
  static constexpr std::size_t kWaiting = 64;

  // Both must outlive the tally.
  DurableTally(IdempotentSink* sink, Durability durability, IngestSummary* summary)
      : sink_(sink), durability_(durability), summary_(summary) {}

  // A commit that was made of so many lines of the input, later than those added before. Waits for
  // the oldest one where too many are waiting. Errors: those of IdempotentSink::WaitDurable.
  Result<void> Add(const CommitReport& report, std::uint64_t lines);

  // Waits for all, and counts them. Errors: as Add.
  Result<void> Settle();

 private:
  struct Entry {
    std::uint64_t commit;
    CommitCounts counts;
  };

  Result<void> CountOldest();

  IdempotentSink* sink_;
  Durability durability_;
  IngestSummary* summary_;
  std::deque<Entry> waiting_;
};

}  // namespace idem::cli
