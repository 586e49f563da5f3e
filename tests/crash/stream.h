// SPDX-License-Identifier: Apache-2.0
//
// Stream: what one episode of the crash test ingests, as a pure function of its seed.
//
// The stream is a sequence of steps; each is one position with the records read there. Steps go
// round the partitions, and the offsets of a partition come shuffled in blocks, so that most
// prefixes leave holes and ranges in the checkpoints. As verdicts and state do not depend on how
// the stream is cut into batches (invariant 3), every number of steps has exactly one state.
//
// Several writers ingest one stream each. They have partitions and keys of their own, and a few
// keys that all of them write such that who comes first makes no difference: how far each of them
// has come decides the state.
#pragma once

#include <idem/idem.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/random.h"

namespace idem::crash {

inline constexpr std::string_view kSource = "stream";
inline constexpr std::int64_t kStart = 100;  // the first offset of each partition
inline constexpr std::size_t kWritersMax = 3;

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
  // Unset: the only writer of its store.
  Stream(std::uint64_t seed, std::uint64_t steps, std::optional<std::size_t> writer = {})
      : seed_(seed), steps_(steps), writer_(writer) {}

  std::uint64_t steps() const { return steps_; }

  // The position of a step and its records.
  void AddStep(std::uint64_t step, const Tables& tables, Batch* batch) const;
  // The records alone: what a source without positions would deliver again.
  void AddRecords(std::uint64_t step, const Tables& tables, Batch* batch) const;

  // The checkpoints after the first `steps` steps, one line a partition.
  std::vector<std::string> CheckpointsAfter(std::uint64_t steps) const;

  // Of the checkpoints of a store, those of this stream's partitions.
  std::vector<Checkpoint> OwnOf(const std::vector<Checkpoint>& checkpoints) const;

 private:
  std::int64_t Own(std::uint64_t number) const;
  Position PositionOf(std::uint64_t step) const;
  void AddState(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) const;
  void AddLog(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) const;
  void AddPayment(Random* random, std::uint64_t step, std::uint64_t place, const Tables& tables,
                  Batch* batch) const;

  std::uint64_t seed_;
  std::uint64_t steps_;
  std::optional<std::size_t> writer_;
};

// How many steps the checkpoints of one stream say are done.
std::uint32_t StepsDone(const std::vector<Checkpoint>& checkpoints);

// One batch: new steps, and sometimes old ones once more, with or without their positions.
void Offer(const Stream& stream, const Tables& tables, std::uint64_t from, std::uint64_t to,
           Random* random, Batch* batch);

// A checkpoint as CheckpointsAfter writes it.
std::string Describe(const Checkpoint& checkpoint);

}  // namespace idem::crash
