// SPDX-License-Identifier: Apache-2.0
//
// Batch: the records of one commit, in the order they were read.
//
//   batch.From({"orders-topic", m.partition, m.offset});   // where the next records were read
//   batch.Upsert(orders, {m.tenant, m.order_id}, m.json, {.version = m.updated_at_us});
//   batch.Insert(audit, {m.payment_id}, m.payment);        // same message, another table
//   CommitReport report = sink->Commit(batch).value();
//   batch.Clear();                                         // keeps its memory for the next round
//
// Contract
//   * Everything handed in is copied; the caller's bytes are free again when the call returns.
//   * Records are decided in the order they were added, each after the effect of those before it,
//     exactly as if each had been a commit of its own (invariant 3): how a stream is cut into
//     batches changes neither the rows nor the verdicts.
//   * Adding never fails. What is wrong with a record (no key, too large, wrong version) becomes
//     its verdict INVALID at commit.
//   * A batch is bounded (Limits::batch_records, batch_bytes), and positions count: there may be
//     twice as many calls of From, Advance and DeclareEmpty as records, and the names of a source
//     partition take bytes, once. What is added to a full batch is not stored and makes Commit
//     return kLimitExceeded without any effect: nothing is lost unnoticed.
//     Look at full() after each record, or commit every so many records.
//   * A batch may be committed again as often as one likes, to the sink its tables came from.
//   * A batch that was moved from is empty, keeps its limits, and may be filled again.
//
// Memory: one arena, grown by need and kept by Clear(): no allocation per record once warm. When
// memory runs out, adding throws std::bad_alloc and the batch lacks what was being added: Clear it
// and fill it again.
// Thread-safety: none; a batch belongs to one thread at a time. Threads that commit in parallel use
// a batch each.
#pragma once

#include <idem/checkpoint.h>
#include <idem/export.h>
#include <idem/limits.h>
#include <idem/record.h>
#include <idem/table.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace idem {

class BatchImpl;

class IDEM_EXPORT Batch final {
 public:
  Batch();                               // the default limits
  explicit Batch(const Limits& limits);  // those of its sink, as IdempotentSink::NewBatch has them
  ~Batch();
  Batch(Batch&&) noexcept;  // allocates nothing: the other one takes memory when it is filled
  Batch& operator=(Batch&&) noexcept;

  // --- Where records come from ---

  // The records that follow were read at this position, until the next From. All records of one
  // position must be in one batch. A position without records is valid and counts as done. Each
  // call is a delivery: the same position again is REPLAYED, in this batch or a later one. With an
  // offset outside 0..kOffsetMax its records are INVALID; without records it is ignored.
  void From(const Position& position);

  // The records that follow have no position: they are decided by their keys alone.
  void FromNowhere();

  // Declares everything below `next` done (end of a file, offsets held elsewhere until now), in a
  // partition that was never seen too, and down to SourceOptions::start where that is given. Never
  // moves a checkpoint back. `note`, when not empty, replaces the checkpoint's note: up to
  // kCheckpointNoteBytesMax bytes of the host's own, returned as they are.
  void Advance(std::string_view source, PartitionRef partition, std::int64_t next,
               std::string_view note = {});

  // Declares that the offsets of `range` hold no records (transaction markers, filtered out).
  void DeclareEmpty(std::string_view source, PartitionRef partition, OffsetRange range);

  // --- Records ---

  // Append tables: insert if the key is new.
  void Insert(const Table& table, KeyRef key, std::string_view value,
              const WriteOptions& options = {});

  // Upsert tables: insert if new, update if newer.
  void Upsert(const Table& table, KeyRef key, std::string_view value,
              const WriteOptions& options = {});

  // Upsert tables: delete if newer. Leaves a tombstone, so that an older upsert that comes later
  // stays deleted; a key never seen may be deleted too.
  void Delete(const Table& table, KeyRef key, const WriteOptions& options = {});

  // Input that could not be made into a record (a torn line): INVALID (rejected_by_host), kept in
  // quarantine with the first KiB of `why` when the policy is kQuarantine. The same `raw` again is
  // the same entry, whatever its `why`; where it is empty, the same `why` is.
  void Reject(const Table& table, std::string_view raw, std::string_view why);

  // --- The batch itself ---

  void Clear() noexcept;               // forgets all records and positions, keeps memory and limits
  std::size_t size() const noexcept;   // records added
  std::size_t bytes() const noexcept;  // bytes counted towards Limits::batch_bytes
  bool empty() const noexcept;         // neither records nor positions
  bool full() const noexcept;          // one more record of the largest size may not fit; not empty

 private:
  friend class BatchImpl;
  BatchImpl& Impl();

  std::unique_ptr<BatchImpl> impl_;  // null: moved from, and not filled since
  Limits limits_;
};

}  // namespace idem
