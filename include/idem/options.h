// SPDX-License-Identifier: Apache-2.0
//
// Options of a sink and of one commit. Every default is the safe choice; most hosts change nothing.
#pragma once

#include <idem/checkpoint.h>
#include <idem/clock.h>
#include <idem/limits.h>
#include <idem/logger.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem {

class MemoryBudget;

// What a returned commit has survived already.
enum class Durability : std::uint8_t {
  // As a file after write() and fsync(): the commit survives kill -9, an operating-system crash and
  // power loss.
  kSync = 0,
  // As a file after write() alone: the commit survives kill -9 of this process. After power loss
  // the newest commits may be gone, rows and checkpoints together; a replayable source then offers
  // them again. `Flush` makes everything before it durable, DurableCheckpoints says what already
  // is.
  kAsync = 1,
};

// What a commit does with INVALID records.
enum class InvalidPolicy : std::uint8_t {
  kRejectBatch = 0,  // Commit returns kInvalidRecord naming the first one; nothing is applied
  kQuarantine = 1,   // they are set aside in the same commit and the others are applied
};

struct SinkOptions {
  // --- Parameters that affect behaviour ---

  Durability durability = Durability::kSync;  // of commits that do not say otherwise
  InvalidPolicy on_invalid = InvalidPolicy::kRejectBatch;
  bool create_if_missing = true;  // otherwise kStoreMissing
  Limits limits = {};

  // What was acknowledged to sources that forget it then, by partition. A store whose checkpoint
  // lies below is not opened but kStoreBehind: it was restored from an old copy, or lost, and the
  // records between are nowhere. Leave out what was rewound since.
  std::vector<AcknowledgedOffset> acknowledged = {};

  // What commits leave free on the disk, besides what files that are being merged still take: one
  // that would take of it is kNoSpace, without any effect, until there is room again. A write that
  // runs out of space midway ends the handle instead (kCommitUnknown), so leave this on, and make
  // it larger where other programs fill the same disk. 0: nothing is kept free.
  std::uint64_t keep_free_bytes = 256 << 20;

  // How long a commit waits when flushes and compactions do not keep up, before it is kStalled,
  // without any effect; 0: not at all. Up to kStallWaitMsMax. Opening a store waits as long as it
  // takes: to give up would be to stop the work that is waited for.
  std::uint32_t stall_wait_ms = 10'000;

  // --- Parameters that affect performance ---

  // A thread of the sink makes asynchronous commits durable soon after they return, while the host
  // goes on; IdempotentSink::WaitDurable and DurableCheckpoints say how far it is. Off, only kSync
  // commits, Flush, WaitDurable and the destructor do so.
  bool background_sync = false;

  // Each of the sizes below is at most kMemoryBytesMax (limits.h).
  // Memory for rows not yet written to sorted files; kWriteBufferBytesMin .. kWriteBufferBytesMax.
  std::size_t write_buffer_bytes = 128 << 20;
  std::size_t cache_bytes = 64 << 20;  // memory for blocks read back
  // Memory for keys, versions and fingerprints of rows, so that what comes again, or comes newer is
  // decided without a read: some 75 bytes a row with a key of 24. Over it, the rows written last
  // are kept. 0 switches it off.
  std::size_t identity_bytes = 64 << 20;
  // A store of up to so many rows, tombstones and event ids is brought into that memory while it is
  // opened, about two seconds for a million. Of a larger one a thread of the sink does it
  // afterwards; until it is through (SinkHealth::rows_to_load), a key that is not in memory yet is
  // looked up.
  std::uint64_t load_at_open_rows = 500'000;
  // Memory for the filter of all keys that are not kept there, which spares reads of new ones: 10
  // bits a key. 0 switches it off.
  std::size_t filter_bytes = 32 << 20;
  // Memory for fingerprints of rows that are not kept there, at 13.6 bytes a row for 99 of 100: a
  // record that repeats one of them exactly is then known without a read; the row of a newer
  // version is read as before. It takes 64 bits of a keyed hash for the row itself: the chance that
  // among 10^12 records one is wrongly taken for a repeat is 5 * 10^-7. 0, the default: whole keys
  // are compared, always.
  std::size_t fingerprint_bytes = 0;

  // --- What the host provides ---

  // Both must outlive the sink, and its snapshots and cursors.
  Clock* clock = nullptr;    // null: Clock::System()
  Logger* logger = nullptr;  // null: silent
  // Shared with other sinks; must outlive the sink. Null: the numbers above.
  MemoryBudget* memory_budget = nullptr;
};

// The identity of a batch, so that a commit can be repeated without effect. See
// IdempotentSink::Commit. Make one with Sequence or Request. Owns its name: one made of a temporary
// may be kept. Of a name over kTokenBytesMax, which every commit refuses, only the beginning is.
class BatchToken {
 public:
  // The `sequence`-th batch of `application`: a Spark batch id, an Airflow run number. Sequences of
  // one application need not be dense or ascending; each is remembered by itself.
  static BatchToken Sequence(std::string_view application, std::int64_t sequence) {
    return BatchToken(application, sequence);
  }
  // An opaque label: a load label, an HTTP Idempotency-Key.
  static BatchToken Request(std::string_view label) { return BatchToken(label, std::nullopt); }

  std::string_view name() const noexcept { return name_; }
  std::optional<std::int64_t> sequence() const noexcept { return sequence_; }

 private:
  // One byte more than is allowed is enough for a commit to refuse it.
  BatchToken(std::string_view name, std::optional<std::int64_t> sequence)
      : name_(name.substr(0, kTokenBytesMax + 1)), sequence_(sequence) {}
  std::string name_;
  std::optional<std::int64_t> sequence_;
};

struct CommitOptions {
  std::optional<Durability> durability = {};  // unset: SinkOptions::durability
  std::optional<BatchToken> token = {};

  // For first loads and backfills: what the batch changes is sorted and written to the disk once,
  // as files that become part of the store in one step, and not first to a log and to memory.
  // Verdicts, digests and checkpoints are the same, and such commits mix with others in any order.
  //
  // The commit is durable when it returns, with all before it, whatever `durability` says. It
  // flushes what earlier commits left in memory, waiting for that up to SinkOptions::stall_wait_ms
  // (kStalled), and pays for a dozen syncs and a few small files: use it with a hundred thousand
  // records or more, which takes larger Limits::batch_records and batch_bytes, of the batch as of
  // the sink. All of a batch is in memory (docs/bulk-loads.md says how much that is).
  bool bulk = false;
};

}  // namespace idem
