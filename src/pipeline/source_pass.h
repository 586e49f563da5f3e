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

struct SourcePassResult {
  std::vector<std::uint8_t> replayed;                // by step: 1 = its records are REPLAYED
  std::vector<std::uint8_t> out_of_range;            // by step: 1 = its records are INVALID
  std::vector<std::uint32_t> rank;                   // by step
  std::map<std::string, TouchedCheckpoint> touched;  // by store key
};

// Errors: kInvalidArgument (a name, note or range), kOffsetGap, kSourceReplaced, kLimitExceeded.
Result<void> RunSourcePass(const RecordBuffer& batch, const Ledger& ledger, const Limits& limits,
                           SourcePassResult* result);

}  // namespace idem::pipeline
