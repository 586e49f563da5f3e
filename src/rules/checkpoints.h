// SPDX-License-Identifier: Apache-2.0
//
// Checkpoint rules: how offsets move a checkpoint. Pure; the picture is in <idem/checkpoint.h>.
//
// I-CKPT-1  start <= next; done ranges are ascending, disjoint, beyond next, and touch neither next
//           nor each other.
// I-CKPT-2  No rule but Rewind makes next smaller or a done offset undone.
#pragma once

#include <idem/checkpoint.h>

#include <cstdint>

namespace idem::rules {

enum class Delivery : std::uint8_t {
  kNew,       // not done before; done now
  kReplayed,  // done before
  kUnknown,   // below start: the checkpoint cannot tell and does not change
  kGap,       // offsets are missing and the source refuses gaps; nothing changed
};

// A record of `offset` is delivered. An untouched checkpoint (IsFresh) starts here, or where the
// source says.
Delivery Deliver(const SourceOptions& options, std::int64_t offset, Checkpoint* checkpoint);

// What DeliverRun says of the offsets of a run up to `end`, which is more than none.
struct Delivered {
  Delivery delivery;
  std::int64_t end;
};

// Records are delivered at each offset of `run`, one after the other: the answer to the first, and
// to as many after it as have the same. For each of them the checkpoint is what Deliver leaves.
// REQUIRES: 0 <= run.begin < run.end.
Delivered DeliverRun(const SourceOptions& options, OffsetRange run, Checkpoint* checkpoint);

// Every offset of the range is done, in whatever way; where gaps are legal, all before it as well.
// False: that was known.
bool MarkDone(const SourceOptions& options, OffsetRange range, Checkpoint* checkpoint);

// Every offset below `next` is done. An untouched checkpoint starts where the source says, or else
// at 0: who says so of all of them need not have delivered any here. False: that was known.
bool AdvanceTo(const SourceOptions& options, std::int64_t next, Checkpoint* checkpoint);

// Everything from `to` on is to be offered again.
void RewindTo(std::int64_t to, Checkpoint* checkpoint);

// True for a checkpoint that no rule has touched yet: next is -1.
bool IsFresh(const Checkpoint& checkpoint) noexcept;
Checkpoint FreshCheckpoint();

// I-CKPT-1.
bool IsConsistent(const Checkpoint& checkpoint) noexcept;

}  // namespace idem::rules
