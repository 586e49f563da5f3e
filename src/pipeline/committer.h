// SPDX-License-Identifier: Apache-2.0
//
// Committer: takes batches through the pipeline, and is the only place that commits.
//
//   token -> source pass -> gather -> decide -> quarantine -> stage -> Store::Commit -> publish
//
// Nothing is changed before Store::Commit returns: an error on the way leaves store and ledger as
// they were (a rejected commit). After kCommitUnknown the ledger may differ from the store; it is
// then poisoned, and the committer refuses everything until the sink is opened again.
//
// Two threads overlap: one commit is decided beside the one before it, which is being written. It
// is decided as if that one had succeeded, but asks nothing that would depend on it: where both
// have to do with one row, event id or source partition, and where it has a token or a record that
// is refused, it waits and is decided afterwards. It is written under the number that follows, and
// decided again if that turns out not to be its own.
//
//   decide     A | B, beside A |   C, beside B |
//   write        |      A      |       B       |      C
//   publish                    | A |           | B |
//
// A commit is written here and made durable by others (sync_group.h).
//
// Thread-safety: any thread may call Commit and BeAlone at any time.
#pragma once

#include "pipeline/draft.h"
#include "pipeline/identities.h"
#include "pipeline/ledger.h"
#include "pipeline/tokens.h"

#include <idem/commit_report.h>
#include <idem/options.h>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>

namespace idem::pipeline {

struct QuarantineContext;

class Committer {
 public:
  // All must outlive the committer.
  Committer(storage::Store* store, Ledger* ledger, const SinkOptions* options, Clock* clock);

  struct Committed {
    CommitReport report;      // says nothing of durability
    bool has_effect = false;  // a commit of this number was written now
  };
  Result<Committed> Commit(const RecordBuffer& batch, const std::optional<BatchToken>& token,
                           storage::WritePath path = storage::WritePath::kLog);

  // While one stands nobody else decides, writes or publishes.
  class Alone {
   public:
    Alone(std::mutex* deciding, std::mutex* writing) : deciding_(*deciding), writing_(*writing) {}

   private:
    std::unique_lock<std::mutex> deciding_;
    std::unique_lock<std::mutex> writing_;
  };
  [[nodiscard]] Alone BeAlone();

  // What follows is for upkeep, and for the opening. REQUIRES: alone.

  // Commits a plan that upkeep has staged (definitions, rewinds, resolutions), as commit
  // NextCommit(). Adds the last-commit entry. `publish` changes the ledger accordingly: under its
  // mutex and together with the commit's number, as a sync tells of both.
  Result<void> CommitPlan(WritePlanBuilder* plan, const std::function<void()>& publish);

  std::uint64_t NextCommit() const noexcept { return ledger_->last_commit + 1; }

  // How many rows and event ids the ledger's tables have.
  std::uint64_t KeyCount() const;

  // What decisions know of them. Who is not alone may change it under its mutex.
  Identities* identities() noexcept { return &identities_; }
  std::mutex* identities_mutex() noexcept { return &memory_; }

  // For upkeep that applies a record: the working set, which is empty at first.
  WorkingSet* work() noexcept { return &draft()->work; }
  void PublishTables(const WorkingSet& work);

 private:
  class UnlessPublished;

  Draft* draft() noexcept { return &drafts_[draft_]; }
  Result<void> CheckBatch(const RecordBuffer& batch) const;
  // Puts them into quarantine, or refuses the batch.
  Result<void> SetRefusedAside(const RecordBuffer& batch, const QuarantineContext& context,
                               Draft* draft) const;
  Result<void> RejectInvalid(const RecordBuffer& batch, const std::vector<Outcome>& outcomes) const;
  bool DecideBeside(const RecordBuffer& batch, Draft* draft);
  Result<std::optional<Committed>> DecideInTurn(const RecordBuffer& batch,
                                                const std::optional<BatchToken>& token,
                                                Draft* draft);
  Result<void> DecideAlone(const RecordBuffer& batch, const std::optional<TokenLookup>& token,
                           Draft* draft);
  Result<bool> Prepare(const RecordBuffer& batch, Draft* draft);
  Result<Committed> EndWithoutEffect(Draft* draft);
  void CompletePlan(storage::WritePath path, Draft* draft);
  Result<Committed> Write(Draft* draft, std::unique_lock<std::mutex> writing);
  Result<void> WritePlanned(std::uint64_t commit, WritePlanBuilder* plan);
  void Publish(Draft* draft);
  void PublishSources(const SourcePassResult& sources);
  void Remember(const WritePlanBuilder& plan, const WorkingSet& work);
  void RememberRead(const WorkingSet& work);

  storage::Store* const store_;
  Ledger* const ledger_;
  const SinkOptions* const options_;
  Clock* const clock_;

  // Taken in this order; none of them is waited for by who holds a later one.
  std::mutex deciding_;  // the turn to decide, and then to wait for the one to write
  std::mutex writing_;   // the turn to write, until memory_ is held for publishing
  std::mutex memory_;    // guards identities_, and what commits change of the ledger

  Identities identities_;
  std::array<Draft, 2> drafts_;
  std::size_t draft_ = 0;           // whose turn it is to decide; guarded by deciding_
  std::uint64_t last_written_ = 0;  // the last commit that the store took from here; by writing_
};

}  // namespace idem::pipeline
