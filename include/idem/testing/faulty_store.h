// SPDX-License-Identifier: Apache-2.0
//
// FaultyStore: a store in memory whose writes and reads fail when a test says so, so that a host
// can try what it does with each error. Part of idem::testing, which is linked into tests alone.
//
//   idem::testing::FaultyStore store;
//   auto sink = store.Open().value();
//   auto orders = sink->OpenTable("orders").value();
//   store.FailWrite(1, idem::testing::WriteFault::kUnknownApplied);
//   sink->Commit(batch).error().code();                        // kCommitUnknown
//   auto again = idem::IdempotentSink::Reopen(std::move(sink)).value();   // the batch is there
//
// It outlives the sinks that are opened on it, as a directory does, and they behave as sinks on a
// directory: a newer one fences the older, Reopen works, what was committed is found again. Nothing
// survives the process, so every commit counts as durable.
//
// Thread-safety: every method may be called from any thread at any time.
// Lifetime: the sinks share the store; they may be destroyed after it.
#pragma once

#include <idem/idempotent_sink.h>
#include <idem/options.h>
#include <idem/result.h>

#include <cstdint>
#include <memory>

namespace idem::testing {

// How a write ends instead. What a host does about it is Error::next_step().
enum class WriteFault : std::uint8_t {
  kUnknownApplied,  // kCommitUnknown; it is found when the store is opened again
  kUnknownLost,     // kCommitUnknown; it is not found
  kIoError,         // kIoError: no effect, the same call may succeed
  kNoSpace,         // kNoSpace: no effect, the same call may succeed
  kStalled,         // kStalled: no effect, the same call may succeed
  kFenced,          // kFenced, as all later ones of this sink: another writer took over
};

class FaultyStoreImpl;

class FaultyStore final {
 public:
  FaultyStore();
  ~FaultyStore();
  FaultyStore(const FaultyStore&) = delete;
  FaultyStore& operator=(const FaultyStore&) = delete;

  // Opens a sink on the store, and fences the one before it. Errors: kInvalidArgument (an option),
  // kIoError (a planned fault of a read).
  Result<std::unique_ptr<IdempotentSink>> Open(const SinkOptions& options = {});

  // The `nth` write from now (1: the next) ends with `fault`. Writes are the commits that change
  // something, those of OpenTable and DeclareSource among them; a batch without any effect is none.
  // Several plans may wait at once. REQUIRES: nth >= 1.
  void FailWrite(std::uint64_t nth, WriteFault fault);

  // The `nth` read from now (1: the next) ends with kIoError, which is never "no such row". Reads
  // are Table::Get, the calls of a Snapshot, and those with which a commit looks up its keys: one
  // for each commit that has any to look up. A sink on this store keeps no row in memory, whatever
  // its options say, so that a commit always has. REQUIRES: nth >= 1.
  void FailRead(std::uint64_t nth);

  // The writes so far, failed ones included.
  std::uint64_t writes() const;

 private:
  std::shared_ptr<FaultyStoreImpl> impl_;
};

}  // namespace idem::testing
