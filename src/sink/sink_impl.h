// SPDX-License-Identifier: Apache-2.0
//
// SinkImpl: an open sink. Owns the store, the ledger and the committer.
#pragma once

#include "codec/keyspace.h"
#include "pipeline/committer.h"
#include "pipeline/ledger.h"
#include "pipeline/sync_group.h"
#include "sink/background_load.h"
#include "sink/background_sync.h"
#include "storage/rocks/rocks_store.h"
#include "storage/store.h"

#include <idem/idempotent_sink.h>

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace idem {

class SinkImpl {
 public:
  // Opens the store of a sink, and opens it again.
  using StoreOpener = std::function<Result<std::shared_ptr<storage::Store>>(const SinkOptions&)>;

  // What a store is shown to before it is opened for a sink. `options` must outlive it.
  static storage::Inspection NewInspection(const SinkOptions& options);

  // Checks the store as NewInspection does, takes over its writer epoch and loads what it holds. A
  // sink on a store that it was given cannot be reopened.
  static Result<std::unique_ptr<IdempotentSink>> Open(std::shared_ptr<storage::Store> store,
                                                      const SinkOptions& options);
  static Result<std::unique_ptr<IdempotentSink>> Open(const StoreOpener& open_store,
                                                      const SinkOptions& options);
  static Result<Reopened> Reopen(std::unique_ptr<IdempotentSink>&& sink);
  ~SinkImpl();

  Result<Table> OpenTable(std::string_view name, TableOptions options);
  Result<void> DeclareSource(std::string_view source, const SourceOptions& options);
  Result<CommitReport> Commit(const Batch& batch, const CommitOptions& options);
  Result<void> Flush();
  Result<void> WaitDurable(std::uint64_t commit);
  Result<std::vector<ResumePoint>> ResumeFrom(std::string_view source, bool durable) const;
  Result<void> Rewind(std::string_view source, PartitionRef partition,
                      const RewindOptions& options);
  Result<void> Resolve(const QuarantineId& id, Resolution resolution);
  Result<void> ForgetTokens(std::string_view application, std::int64_t below_sequence);
  Result<std::uint64_t> ForgetRequests(std::uint64_t below_commit);
  Result<std::uint64_t> PurgeQuarantine(std::uint64_t below_commit);
  Result<std::uint64_t> CollectTombstones(const Table& table);
  Result<Snapshot> NewSnapshot() const;
  Metrics ReadMetrics() const;
  SinkHealth ReadHealth() const;
  const Limits& limits() const noexcept { return options_.limits; }
  TableInfo InfoOf(const TableEntry& entry) const;
  std::vector<SourceResume> ResumeAll() const;

 private:
  SinkImpl(std::shared_ptr<storage::Store> store, const SinkOptions& options);
  Result<void> CheckFound() const;
  Result<void> CheckProcess() const;
  Result<pipeline::Committer::Alone> LockToWrite();
  Result<void> Load();
  Result<void> LoadIdentities(std::unique_ptr<storage::StoreView> view);
  Result<void> CheckTables(const pipeline::RecordBuffer& batch) const;
  Result<Table> CreateTable(std::string_view name, TableOptions options);
  struct Erasure;  // what is to be erased
  // Returns how much that was, once it is durable.
  Result<std::uint64_t> EraseWhere(const Erasure& erasure);
  struct Picked;  // keys of what comes next
  static Result<Picked> PickChunk(const Erasure& erasure, storage::StoreCursor* cursor);
  // What of it is still to be erased: others may have changed it since.
  Result<std::uint64_t> EraseAlone(const Erasure& erasure, const std::vector<std::string>& keys);
  Result<bool> ForgetTokenChunk(std::string_view application, std::int64_t below_sequence);
  Result<void> StageAccepted(const QuarantineEntry& entry, pipeline::RecordBuffer* record,
                             pipeline::WritePlanBuilder* plan);
  Result<CommitReport> CommitWritten(const pipeline::RecordBuffer& batch,
                                     const CommitOptions& options);
  void Count(const pipeline::RecordBuffer& batch,
             const Result<pipeline::Committer::Committed>& committed);
  Result<void> ConfirmDurable();
  std::uint64_t LastCommit() const;
  Result<void> CommitDurably(pipeline::WritePlanBuilder* plan,
                             const std::function<void()>& publish);
  Result<void> MakeDurable(std::uint64_t commit);

  // Constant after construction.
  const std::uint64_t number_;  // no other sink of this process has it
  const pid_t process_;
  const SinkOptions options_;
  Clock* const clock_;
  StoreOpener open_store_;  // null: the store cannot be opened again

  const std::shared_ptr<storage::Store> store_;
  pipeline::Ledger ledger_;  // has a mutex of its own, taken after those of committer_
  pipeline::Committer committer_;
  pipeline::SyncGroup syncs_;
  bool loaded_ = false;                         // Load has succeeded
  std::unique_ptr<BackgroundSync> background_;  // null: none
  std::unique_ptr<BackgroundLoad> loading_;     // null: all was loaded at open

  // Guarded by ledger_.mutex: the counters of Metrics.
  Metrics counters_;
};

}  // namespace idem
