// SPDX-License-Identifier: Apache-2.0
//
// Source pass: the first pass over a batch. Moves copies of the touched checkpoints as the batch's
// positions say and finds which deliveries are replays. It needs no row, so a replay is answered
// from the checkpoint alone.
#pragma once

#include "pipeline/ledger.h"
#include "pipeline/record_buffer.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace idem::pipeline {

struct TouchedCheckpoint {
  SourceOptions options;
  Checkpoint checkpoint;
  bool changed = false;
};

// What became of calls of Batch::From, one after the other.
struct DeliveryResult {
  std::size_t end = 0;        // the number of the first delivery behind them
  std::uint32_t rank = 0;     // of its source
  bool replayed = false;      // its records are REPLAYED
  bool out_of_range = false;  // its records are INVALID
};

struct SourcePassResult {
  // That of the commit which is being written meanwhile; null: none. Where both touch one source
  // partition, or this one touches one for the first time, it is blocked: it is given up.
  const SourcePassResult* beside = nullptr;
  bool blocked = false;

  std::vector<DeliveryResult> deliveries;            // all, in order
  std::map<std::string, TouchedCheckpoint> touched;  // by store key
};

// Errors: kInvalidArgument (a name, note or range), kOffsetGap, kSourceReplaced, kLimitExceeded.
Result<void> RunSourcePass(const RecordBuffer& batch, const Ledger& ledger, const Limits& limits,
                           SourcePassResult* result);

}  // namespace idem::pipeline
