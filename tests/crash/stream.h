// SPDX-License-Identifier: Apache-2.0
//
// Stream: what one episode of the crash test ingests, as a pure function of its seed.
//
// The stream is a sequence of steps; each is one position with the records read there. Steps go
// round the partitions, and the offsets of a partition come shuffled in blocks, so that most
// prefixes leave holes and ranges in the checkpoints. As verdicts and state do not depend on how
// the stream is cut into batches (invariant 3), every number of steps has exactly one state.
#pragma once

#include <idem/idem.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/random.h"

namespace idem::crash {

inline constexpr std::string_view kSource = "stream";
inline constexpr std::int64_t kStart = 100;  // the first offset of each partition

using testing::Mix;
using testing::Random;

struct Tables {
  Table state;     // upsert, with deletes, ties and some event ids
  Table log;       // append; now and then the same key with another payload
  Table payments;  // append with event ids, some of them repeated
};

// Opens or creates the tables and declares the source.
Result<Tables> OpenTables(IdempotentSink* sink);

// The sink options of every process of an episode.
SinkOptions StreamOptions();

class Stream {
 public:
  Stream(std::uint64_t seed, std::uint64_t steps) : seed_(seed), steps_(steps) {}

  std::uint64_t steps() const { return steps_; }

  // The position of a step and its records.
  void AddStep(std::uint64_t step, const Tables& tables, Batch* batch) const;
  // The records alone: what a source without positions would deliver again.
  void AddRecords(std::uint64_t step, const Tables& tables, Batch* batch) const;

  // The checkpoints after the first `steps` steps, one line a partition.
  std::vector<std::string> CheckpointsAfter(std::uint64_t steps) const;

 private:
  Position PositionOf(std::uint64_t step) const;
  void AddState(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) const;

  std::uint64_t seed_;
  std::uint64_t steps_;
};

// A checkpoint as CheckpointsAfter writes it.
std::string Describe(const Checkpoint& checkpoint);

}  // namespace idem::crash
