// SPDX-License-Identifier: Apache-2.0
//
// The oracle's checkpoints: a list of what is done beyond `next`, kept sorted and merged by hand.

#include "model/oracle.h"

#include <algorithm>

namespace idem::model {

using script::Action;
using script::Place;

const SourceOptions& Oracle::SourceOf(const World& world, std::string_view source) const {
  static const SourceOptions kDefault;
  const auto found = world.sources.find(source);
  return found == world.sources.end() ? kDefault : found->second;
}

// The checkpoint of a place, made when it is new: it starts where the source says, else at `first`.
// What is wrong makes the commit fail in the end; going on finds everything that is.
Checkpoint* Oracle::At(Draft* draft, const Place& place, std::int64_t first) {
  const PlaceKey key{place.source, {place.partition.name, place.partition.number}};
  draft->touched[key] = true;
  auto found = draft->world.checkpoints.find(key);
  if (found == draft->world.checkpoints.end()) {
    if (draft->world.checkpoints.size() >= options_.limits.source_partitions) {
      Reach("limit: source partitions");
      draft->errors.push_back(ErrorCode::kLimitExceeded);
    }
    Checkpoint fresh;
    fresh.source = place.source;
    fresh.partition = place.partition;
    fresh.start = fresh.next = SourceOf(draft->world, place.source).start.value_or(first);
    found = draft->world.checkpoints.emplace(key, fresh).first;
    found->second.commit = draft->number;
    draft->changed = true;
  }
  Checkpoint* at = &found->second;
  if (!place.incarnation.empty() && at->incarnation != place.incarnation) {
    if (!at->incarnation.empty()) {
      Reach("source replaced");
      draft->errors.push_back(ErrorCode::kSourceReplaced);
    }
    at->incarnation = place.incarnation;
    at->commit = draft->number;
    draft->changed = true;
  }
  return at;
}

// Marks the offsets of `range` that are not below `next` as done.
void Oracle::MarkDone(Draft* draft, Checkpoint* at, OffsetRange range) {
  if (range.end <= at->next) return;
  range.begin = std::max(range.begin, at->next);
  std::vector<OffsetRange> all = at->done;
  all.push_back(range);
  std::sort(all.begin(), all.end(),
            [](const OffsetRange& a, const OffsetRange& b) { return a.begin < b.begin; });
  std::vector<OffsetRange> merged;
  std::int64_t next = at->next;
  for (const OffsetRange& one : all) {
    if (one.begin <= next) {
      next = std::max(next, one.end);
    } else if (!merged.empty() && one.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, one.end);
    } else {
      merged.push_back(one);
    }
  }
  if (merged.size() < at->done.size()) Reach("gap filled");
  if (merged != at->done || next != at->next) {
    at->commit = draft->number;
    draft->changed = true;
  }
  at->done = merged;
  at->next = next;
  if (at->done.size() > options_.limits.ranges_per_partition) {
    Reach("limit: ranges");
    draft->errors.push_back(ErrorCode::kLimitExceeded);
  }
}

void Oracle::From(Draft* draft, const Place& place) {
  draft->place = place;
  draft->rank = SourceOf(draft->world, place.source).rank;
  draft->replayed = false;
  draft->bad_offset = place.offset < 0 || place.offset > kOffsetMax;
  draft->touched[{place.source, {place.partition.name, place.partition.number}}] = true;
  if (draft->bad_offset) return;
  Checkpoint* at = At(draft, place, place.offset);
  if (place.offset < at->start) {
    Reach("offset below start");
    return;
  }
  const bool beyond = std::any_of(at->done.begin(), at->done.end(), [&](const OffsetRange& range) {
    return range.begin <= place.offset && place.offset < range.end;
  });
  draft->replayed = place.offset < at->next || beyond;
  if (draft->replayed) {
    Reach(beyond ? "replay beyond next" : "replay below next");
    return;
  }
  OffsetRange range{place.offset, place.offset + 1};
  if (place.offset > at->next) {
    const GapPolicy gaps = SourceOf(draft->world, place.source).gaps;
    if (gaps == GapPolicy::kRefuse) {
      Reach("gap refused");
      draft->errors.push_back(ErrorCode::kOffsetGap);
      return;
    }
    Reach(gaps == GapPolicy::kLegal ? "gap legal" : "gap tracked");
    if (gaps == GapPolicy::kLegal) range.begin = at->next;
  }
  MarkDone(draft, at, range);
}

void Oracle::Advance(Draft* draft, const Action& action) {
  Checkpoint* at = At(draft, action.place, 0);
  if (!action.note.empty() && action.note != at->note) {
    at->note = action.note;
    at->commit = draft->number;
    draft->changed = true;
  }
  if (action.place.offset <= at->next) return;
  Reach("advance");
  // Everything below is declared done: there is no gap to refuse. The same holds for what is
  // declared empty; a hole before it is nobody's fault yet.
  MarkDone(draft, at, {at->next, action.place.offset});
}

void Oracle::DeclareEmpty(Draft* draft, const Action& action) {
  Checkpoint* at = At(draft, action.place, action.range.begin);
  Reach("declare empty");
  OffsetRange range = action.range;
  const bool legal = SourceOf(draft->world, action.place.source).gaps == GapPolicy::kLegal;
  if (legal && range.begin < range.end) range.begin = at->next;  // the gap before it is legal too
  MarkDone(draft, at, range);
}

}  // namespace idem::model
