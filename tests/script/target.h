// SPDX-License-Identifier: Apache-2.0
//
// Target: something that operations can be done to and that can be read back: a sink on either
// store (sink_target.h) or the oracle (model/oracle.h).
#pragma once

#include "script/operation.h"

#include <idem/commit_report.h>
#include <idem/error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idem::script {

// What came of one operation.
struct Answer {
  // Empty: done. A sink gives one error, the oracle every one that the contracts allow here.
  std::vector<ErrorCode> errors = {};
  std::string message = {};  // of a sink's error
  std::uint64_t commit = 0;
  bool repeated = false;
  std::vector<Outcome> outcomes = {};
  std::vector<OpenGap> gaps = {};  // by source, partition and offset
  std::uint64_t removed = 0;       // ForgetRequests, PurgeQuarantine, Collect

  bool ok() const noexcept { return errors.empty(); }
};

// --- All that can be read, as values ---

struct RowState {
  Tuple key = {};
  StoredVersion version = {};
  std::string value = {};
  std::uint64_t commit = 0;
};

struct TableState {
  std::string name = {};
  std::uint64_t rows = 0;
  std::uint64_t tombstones = 0;
  std::uint64_t event_ids = 0;
  std::uint64_t last_commit = 0;
  std::string digest = {};  // comparable with others of the same kind of target only
  std::vector<RowState> live = {};
};

struct RefusedState {
  RefusedRecord record = {};
  QuarantineState state = QuarantineState::kOpen;
  Verdict verdict = Verdict::kInvalid;
  Reason reason = Reason::kNone;
  Place place = {};
  std::uint64_t commit = 0;
  std::uint64_t winning_commit = 0;
};

struct State {
  std::uint64_t commit = 0;
  std::vector<TableState> tables = {};        // by name
  std::vector<Checkpoint> checkpoints = {};   // by source and partition
  std::vector<RefusedState> quarantine = {};  // by record
  std::vector<RewindEntry> rewinds = {};      // oldest first
};

class Target {
 public:
  virtual ~Target() = default;
  virtual Answer Do(const Step& step) = 0;
  virtual State Read() = 0;

  // Whatever the target can find wrong with itself: Verify, and the counters that must add up.
  // Empty when all is well.
  virtual std::string Check() = 0;
};

}  // namespace idem::script
