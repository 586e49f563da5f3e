// SPDX-License-Identifier: Apache-2.0
//
// Committer: takes one batch through the pipeline, and is the only place that commits.
//
//   token -> source pass -> gather -> decide -> quarantine -> stage -> Store::Commit -> publish
//
// Nothing is changed before Store::Commit returns: an error on the way leaves store and ledger as
// they were (a rejected commit). After kCommitUnknown the ledger may differ from the store; it is
// then poisoned, and the committer refuses everything until the sink is opened again.
//
// A commit is written here and made durable by others (sync_group.h).
//
// Thread-safety: external; the sink serialises all calls.
#pragma once

#include "pipeline/identities.h"
#include "pipeline/ledger.h"
#include "pipeline/source_pass.h"
#include "pipeline/tokens.h"
#include "pipeline/working_set.h"
#include "pipeline/write_plan_builder.h"

#include <idem/commit_report.h>
#include <idem/options.h>

#include <optional>

namespace idem::pipeline {

class Committer {
 public:
  // All must outlive the committer.
  Committer(storage::Store* store, Ledger* ledger, const SinkOptions* options, Clock* clock);

  // The report says nothing of durability.
  Result<CommitReport> Commit(const RecordBuffer& batch, const std::optional<BatchToken>& token,
                              storage::WritePath path = storage::WritePath::kLog);

  // Commits a plan that other upkeep has staged (definitions, rewinds, resolutions), as commit
  // NextCommit(). Adds the last-commit entry and publishes it.
  Result<void> CommitPlan(WritePlanBuilder* plan);

  std::uint64_t NextCommit() const noexcept { return ledger_->last_commit + 1; }

  // How many rows and event ids the ledger's tables have.
  std::uint64_t KeyCount() const;

  // What decisions know of them. External synchronisation is that of Commit.
  Identities* identities() noexcept { return &identities_; }

  // For upkeep that applies a record: the working set, cleared.
  WorkingSet* FreshWorkingSet();
  // Stages the working set's dirty slots and table states.
  void StageWork(WritePlanBuilder* plan);
  void PublishTables();

 private:
  Result<void> CheckBatch(const RecordBuffer& batch) const;
  Result<void> RejectInvalid(const RecordBuffer& batch, const std::vector<Outcome>& outcomes) const;
  Result<std::vector<Outcome>> DecideAll(const RecordBuffer& batch);
  void StageSources();
  void StageToken(const TokenLookup& lookup, const std::vector<Outcome>& outcomes);
  Result<void> WritePlanned(WritePlanBuilder* plan);
  void Remember(const WritePlanBuilder& plan);
  void RememberRead();
  Result<CommitReport> Finish(std::vector<Outcome> outcomes);
  void PublishSources();
  std::vector<OpenGap> OpenGaps() const;

  storage::Store* const store_;
  Ledger* const ledger_;
  const SinkOptions* const options_;
  Clock* const clock_;

  // Scratch of one commit, kept for its memory.
  SourcePassResult sources_;
  WorkingSet work_;
  WritePlanBuilder plan_;
  std::string bytes_;

  // What it keeps of the store; declared after the working set, whose hash it shares.
  Identities identities_;
};

}  // namespace idem::pipeline
