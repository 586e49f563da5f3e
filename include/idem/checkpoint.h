// SPDX-License-Identifier: Apache-2.0
//
// Checkpoint: how far a source partition has been ingested. It is written in the same atomic commit
// as the rows that were read there, so it never says more or less than the rows do (invariant 4).
//
//      start                next         done             offset ->
//        |====== done ========|..hole..|=====|..hole..|==|
//
// Every offset in [start, next) is done. Offsets beyond `next` that were done out of order are kept
// as ranges; a hole between them is reported until it is filled, declared empty, or legal. What is
// done is REPLAYED when offered again, without reading a row.
//
// `next` is the offset to read next, never the last one read; hand it to the consumer as it is.
// `start` is SourceOptions::start, or else the first offset ever offered. An offset below `start`
// is unknown to the checkpoint: its records are decided by their keys, and the checkpoint stays.
//
// `next` never moves back (invariant 6) but by IdempotentSink::Rewind, which leaves an audit entry.
#pragma once

#include <idem/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idem {

// What offsets missing between two records mean for a source.
enum class GapPolicy : std::uint8_t {
  kTrack = 0,   // records may come out of order: holes stay open and are reported
  kRefuse = 1,  // offsets must be dense and in order: Commit returns kOffsetGap
  kLegal = 2,   // holes never hold records (compacted topics, transaction markers): skipped over
};

// Options of a source, stored with it. See IdempotentSink::DeclareSource.
struct SourceOptions {
  GapPolicy gaps = GapPolicy::kTrack;

  // Where partitions not yet seen begin. Needed when the first delivery may be out of order.
  std::optional<std::int64_t> start = {};

  // Decides ties between sources in tables with TieRule::kConverge: the higher rank wins.
  std::uint32_t rank = 0;

  friend bool operator==(const SourceOptions&, const SourceOptions&) = default;
};

// A half-open range of offsets: begin <= offset < end.
struct OffsetRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

struct Checkpoint {
  std::string source;
  Partition partition;
  std::int64_t start = 0;
  std::int64_t next = 0;
  std::vector<OffsetRange> done;  // beyond next: ascending, disjoint, not touching
  std::string incarnation;        // empty: the source never named one
  std::string note;               // the host's own, see Batch::Advance
  std::uint64_t commit = 0;       // the commit that last changed it

  // The holes between next and the last done range, ascending.
  std::vector<OffsetRange> Holes() const {
    std::vector<OffsetRange> holes;
    std::int64_t at = next;
    for (const OffsetRange& range : done) {
      holes.push_back({at, range.begin});
      at = range.end;
    }
    return holes;
  }

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Where to seek a partition to.
struct ResumePoint {
  Partition partition;
  std::int64_t next = 0;

  friend bool operator==(const ResumePoint&, const ResumePoint&) = default;
};

// Where to go on reading one source. See IdempotentSink::Reopen.
struct SourceResume {
  std::string source;
  std::vector<ResumePoint> points;  // as ResumeFrom gives them

  friend bool operator==(const SourceResume&, const SourceResume&) = default;
};

// How far the host has acknowledged a partition to its source. See SinkOptions::acknowledged.
struct AcknowledgedOffset {
  std::string source;
  Partition partition;
  std::int64_t next = 0;  // everything below it was acknowledged

  friend bool operator==(const AcknowledgedOffset&, const AcknowledgedOffset&) = default;
};

// One explicit rewind, kept for ever. Times are WallMicros of the sink's clock.
struct RewindEntry {
  std::string source;
  Partition partition;
  std::int64_t from = 0;  // `next` before
  std::int64_t to = 0;    // `next` after
  std::string incarnation_before;
  std::string incarnation_after;
  std::string reason;
  std::uint64_t commit = 0;
  std::int64_t wall_micros = 0;

  friend bool operator==(const RewindEntry&, const RewindEntry&) = default;
};

// What IdempotentSink::Rewind is asked to do.
struct RewindOptions {
  std::int64_t to = 0;           // 0..kOffsetMax; becomes `start` too where it is below it
  std::string_view reason = {};  // for the audit; up to 1 KiB
  // Accept another life of the partition from now on. Unset: the incarnation stays.
  std::optional<std::string_view> incarnation = {};
};

}  // namespace idem
