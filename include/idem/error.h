// SPDX-License-Identifier: Apache-2.0
//
// Error: why a call could not do its work, and what the caller does next.
//
// What became of one record (duplicate, stale, conflict, ...) is never an Error: those are
// verdicts (verdict.h), values of a successful commit. An Error is reserved for what the caller
// must act on, and `next_step()` says how:
//
//   kRetry         nothing was changed; the same call may succeed later
//   kFixInput      nothing was changed; the same call will fail again until the input changes
//   kReopen        the outcome is unknown; destroy the sink, open it again, resume from the
//                  checkpoints: deduplication absorbs whatever is offered twice
//   kStopWriting   a newer writer owns the store; this process must not write any more
//   kInspectStore  what is on disk is damaged, foreign or too old; run `idem verify`, and
//                  `idem recover` to see what can be kept
//
// Messages are written for a person, end with the remedy, and hold no key, value or token of the
// host's data. Programs decide by `code()` or `next_step()`, never by the text, which may change.
//
// Thread-safety: multiple threads may call const methods on one Error without synchronization.
#pragma once

#include <idem/export.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace idem {

// The numbers are stable: they cross the command line's --json output and logs.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument = 1,     // an argument or option is outside its stated range    (fix input)
  kNotFound = 2,            // the named table, source or entry does not exist       (fix input)
  kInvalidRecord = 3,       // a record is INVALID and the policy is kRejectBatch    (fix input)
  kLimitExceeded = 4,       // a stated limit (limits.h) would be passed             (fix input)
  kDefinitionChanged = 5,   // a table was created with another definition           (fix input)
  kOffsetGap = 6,           // offsets are missing and the source refuses gaps       (fix input)
  kSourceReplaced = 7,      // another incarnation of the source than the stored one (fix input)
  kTokenReused = 8,         // a batch token came back with different records        (fix input)
  kTokenForgotten = 9,      // a batch token is older than what is remembered        (fix input)
  kStoreMissing = 10,       // there is no store at this path                        (fix input)
  kStoreLocked = 11,        // another process or handle has the store open          (retry)
  kFenced = 12,             // a newer writer epoch exists                           (stop writing)
  kCommitUnknown = 13,      // a write failed midway; it may or may not be there     (reopen)
  kPoisoned = 14,           // an earlier kCommitUnknown ended this handle           (reopen)
  kIoError = 15,            // the operating system failed a read or an open         (retry)
  kCorruption = 16,         // stored bytes contradict themselves                    (inspect store)
  kFormatUnsupported = 17,  // written by another format version or not by idem      (inspect store)
  kUnsupported = 18,        // the operation does not exist for this table or store  (fix input)
  kStoreBehind = 19,        // the store lacks commits that were acknowledged        (inspect store)
  kNoSpace = 20,            // the disk has less room left than is to be kept free   (retry)
  kStalled = 21,            // the store cannot take writes until it has caught up   (retry)
  kUnsafeDirectory = 22,    // the directory is a link, or others may write to it    (fix input)
};

enum class NextStep : std::uint8_t { kRetry, kFixInput, kReopen, kStopWriting, kInspectStore };

// The code's name as written above without the k, for example "StoreLocked".
IDEM_EXPORT std::string_view ToString(ErrorCode code) noexcept;

// A short sentence for a person, for example "reopen the store and resume from its checkpoints".
IDEM_EXPORT std::string_view ToString(NextStep step) noexcept;

class IDEM_EXPORT Error final {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}
  Error(ErrorCode code, std::string message, std::size_t record)
      : code_(code), message_(std::move(message)), record_(record) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }

  // The index in its batch of the record that the error is about, where it is about one
  // (kInvalidRecord, kOffsetGap).
  std::optional<std::size_t> record() const noexcept { return record_; }

  // What the caller does now. Depends on the code alone.
  NextStep next_step() const noexcept;

  // "StoreLocked: /var/lib/etl/orders is open in process 4711; ..."
  std::string ToString() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::optional<std::size_t> record_;
};

}  // namespace idem
