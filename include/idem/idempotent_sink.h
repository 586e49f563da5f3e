// SPDX-License-Identifier: Apache-2.0
//
// IdempotentSink: a store that can be handed every record as often as the pipeline likes, in
// whatever order, across crashes, retries and re-runs, and applies every effect once.
//
//   auto sink   = IdempotentSink::Open("/var/lib/etl/orders").value();
//   auto orders = sink->OpenTable("orders", {.mode = TableMode::kUpsert}).value();
//   for (auto& [partition, next] : sink->ResumeFrom("orders-topic").value()) Seek(partition, next);
//   Batch batch;
//   while (Poll(&batch, orders)) {              // From(...), Upsert(...), ...
//     CommitReport report = sink->Commit(batch).value();
//     batch.Clear();
//   }
//
// What a commit joins in one atomic step: rows, their dedup index, tombstones, digests,
// checkpoints, quarantine, the batch's token and its report. After a crash at any moment the store
// is exactly the state after some prefix of the commits (invariant 4), and that prefix holds every
// commit that was acknowledged with Durability::kSync (invariant 5).
//
// Thread-safety: multiple threads may call any method on one IdempotentSink without
// synchronization. Commits take effect one after the other, in the order of their numbers.
// Processes: one process at a time has a store open for writing; others read it with StoreReader.
// After fork() only the parent may use the sink: in the child every call that can fail returns
// kStoreLocked, and those that cannot (metrics, health, Table::Info) must not be made. Nor can the
// child open a store, this or another one (kUnsupported): RocksDB's threads are not in it, and what
// waits for them waits for ever. Stores in memory can be opened there. So fork before a store is
// opened for the first time, or have the child exec a program. And have it end with _exit or exec:
// exit() runs destructors of RocksDB, which hang or crash in a forked child.
// Lifetime: the store is closed when the sink and all its snapshots and cursors are gone. A
// table's handle may outlive them (table.h); what it reads, and batches with its records, are
// kInvalidArgument then: open the table on the new sink, and fill the batch again.
// Exceptions: none is thrown but std::bad_alloc. A call that it leaves had no effect, or, where a
// write was done already and memory ran out behind it, the sink is poisoned: every later write says
// kPoisoned and the way out is that of kCommitUnknown.
#pragma once

#include <idem/batch.h>
#include <idem/checkpoint.h>
#include <idem/commit_report.h>
#include <idem/export.h>
#include <idem/health.h>
#include <idem/metrics.h>
#include <idem/options.h>
#include <idem/quarantine.h>
#include <idem/result.h>
#include <idem/snapshot.h>
#include <idem/table.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace idem {

class SinkImpl;
struct Reopened;

class IDEM_EXPORT IdempotentSink final {
 public:
  // Opens the store in `directory`, creating it (mode 0700) unless the options forbid it, and takes
  // over its writer epoch: whatever an older writer still tries is FENCED. Missing parents are made
  // too: with SinkOptions::create_if_missing, a path with a slip in it is a new store.
  //
  // What is there is checked first. A store that has less than it had acknowledged, or is damaged
  // where that is looked for (log, manifest, names, lengths, watermark), is refused, and no byte of
  // it is changed but in the lock file; <idem/recovery.h> says what can be kept. A damaged row is
  // found when it is read: that may be while the opening reads rows into memory, and then the
  // opening ends with the error, after it has taken over the writer epoch.
  //
  // Errors: kStoreLocked (retry when the other process is gone; a kill -9 leaves no lock behind),
  // kFenced (the lock was taken away meanwhile), kStoreMissing, kInvalidArgument (an option),
  // kUnsafeDirectory (a link, another user's, or one that others may write to),
  // kFormatUnsupported, kCorruption, kStoreBehind, kIoError, kUnsupported (this process was forked
  // from one that had used a store; another RocksDB than the one that idem was compiled against, or
  // two of them).
  static Result<std::unique_ptr<IdempotentSink>> Open(const std::filesystem::path& directory,
                                                      const SinkOptions& options = {});

  // A store that lives in memory and dies with the sink: for tests of a host, and for dedup that
  // need not outlast the process. Same verdicts, same reports; nothing is durable.
  static Result<std::unique_ptr<IdempotentSink>> OpenInMemory(const SinkOptions& options = {});

  // The way out after kCommitUnknown and kPoisoned, in one call: closes the sink and opens the same
  // directory with the same options (a relative path as it was meant when the sink was opened), but
  // for SinkOptions::acknowledged, which was found there before and may have been rewound since.
  // Returns the new sink with the checkpoints that were found, which tell whether the unknown
  // commit is there; offering again from them is safe either way. A sink that is not poisoned may
  // be reopened too, and is flushed first.
  //
  // Snapshots and cursors of the old sink must be gone (else kStoreLocked), and no other thread may
  // be inside of it, as for its destruction. Tables are to be opened again on the new one, and
  // batches filled again: those with records for tables of the old one are refused.
  //
  // Errors: kUnsupported (a store in memory), kStoreLocked from a forked child and kInvalidArgument
  // (null) leave `sink` as it is. After any other, those of Open, the old sink is gone: do what the
  // error says, and go on with Open. Nothing was lost: what was acknowledged is in the directory.
  static Result<Reopened> Reopen(std::unique_ptr<IdempotentSink>&& sink);

  // Flushes, then closes. To learn of an error, call Flush first.
  ~IdempotentSink();
  IdempotentSink(const IdempotentSink&) = delete;
  IdempotentSink& operator=(const IdempotentSink&) = delete;

  // --- Definitions ---

  // Opens a table, creating it when it is new (a durable commit of its own). To open one as it is
  // stored, whatever its options: NewSnapshot().value().GetTable(name).value().options.
  // Errors: kDefinitionChanged (the message names each option that differs), kInvalidArgument (name
  // or options), kLimitExceeded (Limits::tables), and those of Commit.
  Result<Table> OpenTable(std::string_view name, const TableOptions& options = {});

  // Says how a source behaves. Optional: a source not declared has the default SourceOptions.
  // Declaring again replaces gaps and start; another rank is kDefinitionChanged, because ties were
  // decided by it. Errors: kDefinitionChanged, kInvalidArgument, and those of Commit.
  Result<void> DeclareSource(std::string_view source, const SourceOptions& options);

  // --- Writing ---

  // An empty batch with the limits of this sink.
  Batch NewBatch() const;

  // Decides every record of the batch and applies what is to be applied, all or nothing. The batch
  // is not changed.
  //
  // With a token, the first commit stores its report; every later one with that token, also after a
  // restart, changes nothing and returns that report with repeated() true. The same token with
  // other records is kTokenReused.
  //
  // Errors without any effect, now or later ("rejected"): kInvalidRecord, kLimitExceeded,
  // kOffsetGap, kSourceReplaced, kTokenReused, kTokenForgotten, kInvalidArgument (a table of
  // another sink, a bad source name), kFenced, kPoisoned, kIoError and kCorruption (a read failed),
  // kStoreLocked (a forked child). Two more say that the same call may succeed later, and leave the
  // sink as good as before: kNoSpace (SinkOptions::keep_free_bytes) and kStalled (stall_wait_ms).
  // kCommitUnknown: the write failed midway and may be found applied or not after reopening. The
  // sink refuses every further write with kPoisoned: Reopen it and go on from its checkpoints.
  Result<CommitReport> Commit(const Batch& batch, const CommitOptions& options = {});

  // Makes every commit acknowledged so far durable. Errors: kCommitUnknown, kPoisoned, kStoreLocked
  // (a forked child).
  Result<void> Flush();

  // Returns when commit number `commit` and all before it are durable, which makes an asynchronous
  // commit a synchronous one. Threads that wait at the same time share syncs. Errors:
  // kInvalidArgument (no commit has this number yet), kCommitUnknown, kPoisoned, kStoreLocked.
  Result<void> WaitDurable(std::uint64_t commit);

  // --- Sources ---

  // Where to go on reading: one point per partition seen so far, by partition. Empty when the
  // source is new. A poisoned sink still answers as of the last commit whose outcome is known, from
  // where it is safe to offer again. Errors: kStoreLocked (a forked child).
  Result<std::vector<ResumePoint>> ResumeFrom(std::string_view source) const;

  // The same as of the last durable commit: what may be acknowledged upstream.
  Result<std::vector<ResumePoint>> DurableCheckpoints(std::string_view source) const;

  // Moves a checkpoint explicitly, back or forth, or accepts a new incarnation, and leaves a
  // RewindEntry. Offsets from `to` on are offered and decided by their keys again. A durable
  // commit; to where the checkpoint is already, it has no effect, so that it may be repeated.
  // Errors: kNotFound (no such checkpoint), kInvalidArgument, and those of Commit.
  Result<void> Rewind(std::string_view source, PartitionRef partition,
                      const RewindOptions& options);

  // --- Upkeep ---
  //
  // What a call did is durable when it returns ok. What looks through many entries lets commits go
  // on meanwhile, and erases in commits of 1,000 entries at most: after an error, an exception or
  // the death of the process some of them may be gone.

  // Ends a quarantine entry. A durable commit. Accepting applies the record whatever the stored row
  // says, even a newer one, which wins again when it is offered again; INVALID records can only be
  // discarded (kUnsupported). Resolving an entry again in the same way has no effect; in another
  // way it is kInvalidArgument. Errors: kNotFound, those of Commit.
  Result<void> Resolve(const QuarantineId& id, Resolution resolution);

  // Forgets the reports of an application's tokens below `sequence`: offering one of them is
  // kTokenForgotten from then on, never a second application; nor a first one, because nothing says
  // any more whether it was applied. So forget what will not be offered again. Errors: those of
  // Commit.
  Result<void> ForgetTokens(std::string_view application, std::int64_t below_sequence);

  // Forgets the reports of BatchToken::Request whose commits are below `below_commit`, as an HTTP
  // Idempotency-Key expires. What is old is told by the number of a commit, because clocks jump: a
  // host that keeps them for a day passes, once a day, the number that Metrics::commit had a day
  // before. A forgotten label may be used for any batch. One that comes again with it is a new
  // batch, decided by its keys: what is in the rows already changes nothing, and its report is that
  // of the moment. Without versions, with TieRule::kLastWins, nothing but the token tells a repeat
  // from news: there forget only what will not come again.
  // Reads all reports there are when it is called, and returns how many it has forgotten. Errors:
  // those of Commit.
  Result<std::uint64_t> ForgetRequests(std::uint64_t below_commit);

  // Removes the resolved entries of the quarantine that were refused by commits below
  // `below_commit`. Such a record that comes again, and is refused again, is a new, open entry.
  // Open entries stay. Reads all entries, and returns how many it has removed. Errors: those of
  // Commit.
  Result<std::uint64_t> PurgeQuarantine(std::uint64_t below_commit);

  // Removes the tombstones of `table` that lie beyond its horizon, and records the floor below
  // which upserts are TOO_LATE, so that nothing is resurrected. The horizon is that of the moment
  // of the call. Reads all rows, and returns how many tombstones it has removed. Errors:
  // kUnsupported (the table has no horizon), those of Commit.
  Result<std::uint64_t> CollectTombstones(const Table& table);

  // --- Reading ---

  Result<Snapshot> NewSnapshot() const;
  Metrics ReadMetrics() const;

  // Whether the sink can do its work, and what weighs on it. Answers also while commits wait.
  SinkHealth ReadHealth() const;

 private:
  friend class SinkImpl;
  explicit IdempotentSink(std::unique_ptr<SinkImpl> impl);
  std::unique_ptr<SinkImpl> impl_;
};

// What Reopen found.
struct Reopened {
  std::unique_ptr<IdempotentSink> sink;
  std::vector<SourceResume> sources;  // all there are, by name
};

}  // namespace idem
