// SPDX-License-Identifier: Apache-2.0
#include "rules/checkpoints.h"

#include "base/assert.h"

#include <algorithm>

namespace idem::rules {
namespace {

constexpr std::int64_t kFresh = -1;

// Whether it was untouched until now.
bool StartAt(const SourceOptions& options, std::int64_t offset, Checkpoint* checkpoint) {
  if (!IsFresh(*checkpoint)) return false;
  checkpoint->start = options.start.value_or(offset);
  checkpoint->next = checkpoint->start;
  return true;
}

// Moves next over the done ranges that now touch it.
void Absorb(Checkpoint* checkpoint) {
  auto& done = checkpoint->done;
  auto it = done.begin();
  for (; it != done.end() && it->begin <= checkpoint->next; ++it) {
    checkpoint->next = std::max(checkpoint->next, it->end);
  }
  done.erase(done.begin(), it);
}

// Adds a range beyond next, merging it with those it overlaps or touches. False: one of them has
// all of it.
bool AddRange(OffsetRange range, std::vector<OffsetRange>* done) {
  const auto first =
      std::lower_bound(done->begin(), done->end(), range.begin,
                       [](const OffsetRange& r, std::int64_t begin) { return r.end < begin; });
  auto last = first;
  for (; last != done->end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  if (first == last) {
    done->insert(first, range);
    return true;
  }
  if (last - first == 1 && *first == range) return false;
  *first = range;
  done->erase(first + 1, last);
  return true;
}

// The first range that begins after `offset`. What holds the offset, if any does, is before it.
auto RangeAfter(const std::vector<OffsetRange>& done, std::int64_t offset) {
  return std::upper_bound(done.begin(), done.end(), offset,
                          [](std::int64_t at, const OffsetRange& r) { return at < r.begin; });
}

}  // namespace

Checkpoint FreshCheckpoint() {
  Checkpoint checkpoint;
  checkpoint.start = kFresh;
  checkpoint.next = kFresh;
  return checkpoint;
}

bool IsFresh(const Checkpoint& checkpoint) noexcept { return checkpoint.next == kFresh; }

Delivery Deliver(const SourceOptions& options, std::int64_t offset, Checkpoint* checkpoint) {
  return DeliverRun(options, {offset, offset + 1}, checkpoint).delivery;
}

Delivered DeliverRun(const SourceOptions& options, OffsetRange run, Checkpoint* checkpoint) {
  IDEM_ASSERT(run.begin >= 0 && run.begin < run.end, "I-CKPT-1");
  const std::int64_t offset = run.begin;
  const auto until = [&run](std::int64_t end) { return std::min(end, run.end); };
  if (IsFresh(*checkpoint)) {
    const std::int64_t start = options.start.value_or(offset);
    if (offset > start && options.gaps == GapPolicy::kRefuse) return {Delivery::kGap, offset + 1};
    StartAt(options, offset, checkpoint);
  }
  if (offset < checkpoint->start) return {Delivery::kUnknown, until(checkpoint->start)};
  if (offset < checkpoint->next) return {Delivery::kReplayed, until(checkpoint->next)};
  const auto& done = checkpoint->done;
  const auto after = RangeAfter(done, offset);
  if (after != done.begin() && offset < (after - 1)->end) {
    return {Delivery::kReplayed, until((after - 1)->end)};
  }
  if (offset > checkpoint->next && options.gaps == GapPolicy::kRefuse) {
    return {Delivery::kGap, offset + 1};
  }
  const std::int64_t end = after == done.end() ? run.end : until(after->begin);
  MarkDone(options, {offset, end}, checkpoint);
  return {Delivery::kNew, end};
}

bool MarkDone(const SourceOptions& options, OffsetRange range, Checkpoint* checkpoint) {
  bool changed = StartAt(options, range.begin, checkpoint);
  const bool skips = options.gaps == GapPolicy::kLegal;  // what lies before holds no records
  range.begin = skips ? checkpoint->next : std::max(range.begin, checkpoint->next);
  if (range.begin >= range.end) return changed;
  if (range.begin == checkpoint->next) {
    checkpoint->next = range.end;
    Absorb(checkpoint);
    changed = true;
  } else {
    changed |= AddRange(range, &checkpoint->done);
  }
  IDEM_ASSERT(IsConsistent(*checkpoint), "I-CKPT-1");
  return changed;
}

bool AdvanceTo(const SourceOptions& options, std::int64_t next, Checkpoint* checkpoint) {
  const bool started = StartAt(options, 0, checkpoint);
  if (next <= checkpoint->next) return started;
  checkpoint->next = next;
  Absorb(checkpoint);
  IDEM_ASSERT(IsConsistent(*checkpoint), "I-CKPT-1");
  return true;
}

void RewindTo(std::int64_t to, Checkpoint* checkpoint) {
  checkpoint->start = std::min(checkpoint->start, to);
  checkpoint->next = to;
  checkpoint->done.clear();
  IDEM_ASSERT(IsConsistent(*checkpoint), "I-CKPT-1");
}

bool IsConsistent(const Checkpoint& checkpoint) noexcept {
  if (checkpoint.start > checkpoint.next) return false;
  std::int64_t at = checkpoint.next;
  for (const OffsetRange& range : checkpoint.done) {
    if (range.begin <= at || range.end <= range.begin) return false;
    at = range.end;
  }
  return true;
}

}  // namespace idem::rules
