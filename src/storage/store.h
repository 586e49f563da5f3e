// SPDX-License-Identifier: Apache-2.0
//
// Store: the seam between what idem decides and where it is kept.
//
// A store is an ordered map from bytes to bytes (codec/keyspace.h says which) with three abilities:
//   Read    many keys at once, as of the last commit
//   Commit  a whole WritePlan as one atomic, conditional step
//   NewView a consistent state to read from while commits go on
// It knows nothing of records and verdicts. Everything above the seam runs unchanged on every
// store, and tests/conformance runs on all of them.
//
// Contract of every store
//   S-1  Commit is atomic: after any crash the store holds all of a plan or nothing of it.
//   S-2  Commits become visible in the order in which Commit was called (one caller at a time), and
//        after a crash the surviving plans are a prefix of that order.
//   S-3  A plan whose writer_epoch is not the stored epoch has no effect: kFenced. The handle lives
//        on: reads and views still work.
//   S-4  A Commit with Durability::kSync that returned ok survives power loss, with all before it.
//   S-5  Commit's error kCommitUnknown means "may or may not be there after reopening"; the store
//        refuses every later Commit and Sync with kPoisoned. Any other error means "has no effect,
//        ever": kNoSpace and kStalled too, after which the same plan may be committed again. An
//        exception, which can only be std::bad_alloc, means the same.
//   S-6  A failed read is kIoError or kCorruption, never "absent".
//   S-7  The watermark is kept beside the state. What is lost of the state is not lost with it: so
//        a state that has less than its watermark says has lost something.
//   S-8  A plan that was written as sorted files survives power loss as soon as Commit returned ok,
//        with all before it, whatever the durability asked.
//
// Thread-safety: Commit needs external synchronization; every other method may be called from any
// thread at any time.
#pragma once

#include <idem/options.h>
#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idem::storage {

// The answer to one Read. Values stay valid until the next Read with the same object or its
// destruction. Reused by callers, so that reading allocates little.
class ReadResult {
 public:
  virtual ~ReadResult() = default;

  // One per key, in the order of the keys; nullopt: absent.
  std::vector<std::optional<std::string_view>> values;
};

// One entry to put (value set) or to erase (value unset). Views must outlive Commit.
struct Write {
  std::string_view key;
  std::optional<std::string_view> value;
  std::string_view rest = {};  // of the value: follows it, so that nobody has to put them together

  std::size_t value_bytes() const noexcept { return value ? value->size() + rest.size() : 0; }
  // In one piece. REQUIRES: there is a value.
  std::string WholeValue() const {
    std::string whole;
    whole.reserve(value_bytes());
    whole.append(*value);
    whole.append(rest);
    return whole;
  }
};

// How a plan is written. What it means and what it promises is the same.
enum class WritePath : std::uint8_t {
  kLog = 0,          // to the log and to memory, to be sorted and written again later
  kSortedFiles = 1,  // sorted and written once, as files of their own: for large plans (S-8)
};

// What a store has made of a plan beforehand (Store::Prepare).
class PreparedPlan {
 public:
  virtual ~PreparedPlan() = default;
};

struct WritePlan {
  std::uint64_t writer_epoch = 0;  // precondition, see S-3
  std::vector<Write> writes;       // no key twice
  WritePath path = WritePath::kLog;
  std::shared_ptr<PreparedPlan> prepared = nullptr;  // of these writes and this path; null: nothing
};

// Walks the entries of one view in ascending key order.
class StoreCursor {
 public:
  virtual ~StoreCursor() = default;

  // Moves to the next entry, the first one at first. False at the end of the range. After an error
  // or the end it stays there. Errors: kIoError, kCorruption.
  virtual Result<bool> Next() = 0;

  // The current entry, valid until the next Next. REQUIRES: the last Next returned true.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

// The store as it stood after one commit. Must be destroyed before its store.
class StoreView {
 public:
  virtual ~StoreView() = default;
  virtual Result<std::optional<std::string>> Get(std::string_view key) const = 0;

  // The entries with begin <= key < end; an empty `end` is no bound, as PrefixEnd says it. The
  // bytes of both must stay valid for the call only.
  virtual Result<std::unique_ptr<StoreCursor>> Scan(std::string_view begin,
                                                    std::string_view end) const = 0;
};

// What weighs on a store at one moment. A store in memory has nothing to tell.
struct StorePressure {
  std::optional<std::uint64_t> free_disk_bytes;  // unset: unknown
  std::uint64_t log_bytes = 0;
  std::uint64_t memtable_bytes = 0;
  std::uint64_t pending_compaction_bytes = 0;
  bool slowed = false;        // commits take longer, so that the background keeps up
  bool stopped = false;       // commits wait for the background
  bool low_on_space = false;  // commits are refused with kNoSpace
};

// Of a note (Store::KeepWatermark).
inline constexpr std::size_t kNoteBytesMax = std::size_t{48} << 20;

class Store {
 public:
  virtual ~Store() = default;

  // A fresh result object of this store's kind, for Read.
  virtual std::unique_ptr<ReadResult> NewReadResult() const = 0;
  virtual Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const = 0;

  virtual Result<void> Commit(const WritePlan& plan, Durability durability) = 0;

  // Does what of Commit(*plan) can be done while another plan is committed, and keeps it in the
  // plan: for time alone. Who changes the plan's writes or path afterwards takes it out again; for
  // one that has grown or shrunk the store does so itself. A store that has nothing to prepare
  // leaves the plan as it is.
  virtual void Prepare(WritePlan* plan) const { static_cast<void>(plan); }

  // Whether a writer of this epoch may still commit: what Commit asks before it touches anything.
  // For a commit that has nothing to write, which must be fenced like any other. Never waits.
  // Errors: kFenced, kPoisoned, kStoreLocked (a forked child), kUnsupported (a reader).
  virtual Result<void> CheckWriter(std::uint64_t writer_epoch) const = 0;

  // Raises the stored writer epoch by one, durably, and returns it: from then on plans of every
  // older epoch are fenced. Errors: those of Sync; kFenced also where the store was lost while it
  // was written, for a raised epoch that nobody has does no harm.
  virtual Result<std::uint64_t> TakeEpoch() = 0;

  // Makes every commit that returned before this call durable. Errors: kCommitUnknown, kPoisoned,
  // and those of a handle that may not write any more (kFenced, kStoreLocked in a forked child).
  virtual Result<void> Sync() = 0;

  // Replaces the note that is kept beside the state: what the caller knows to be durable, as it
  // knows after a Sync. The store does not look into it. A note survives the process; a loss of
  // power may put back an older one. REQUIRES: at most kNoteBytesMax. Errors: those of Sync.
  virtual Result<void> KeepWatermark(std::string_view note) = 0;

  // The newest note; empty when none was kept. A view that is made after this holds at least what
  // the note says, unless something was lost. Errors: kIoError, kCorruption.
  virtual Result<std::string> ReadWatermark() const = 0;

  virtual Result<std::unique_ptr<StoreView>> NewView() const = 0;

  // Never waits for a commit.
  virtual StorePressure ReadPressure() const { return {}; }

  // For how long commits have waited for the background since the store was opened, those that were
  // refused in the end included. Never waits for a commit.
  virtual std::uint64_t StalledMicros() const { return 0; }
};

}  // namespace idem::storage
