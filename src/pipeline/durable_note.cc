// SPDX-License-Identifier: Apache-2.0
#include "pipeline/durable_note.h"

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "pipeline/ledger.h"

#include <algorithm>
#include <optional>

namespace idem::pipeline {
namespace {

using storage::StoreView;

Result<std::int64_t> NextOf(const StoreView* found, const std::string& key) {
  if (found == nullptr) return std::int64_t{0};
  auto stored = found->Get(key);
  if (!stored) return stored.error();
  if (!*stored) return std::int64_t{0};
  Checkpoint checkpoint;
  if (!codec::DecodeCheckpoint(key, **stored, &checkpoint)) return Damaged("a checkpoint");
  return checkpoint.next;
}

Error Behind(std::uint64_t found, std::uint64_t durable) {
  return Error(ErrorCode::kStoreBehind,
               "the store holds the commits up to " + std::to_string(found) + ", but " +
                   std::to_string(durable) +
                   " was acknowledged as durable; nothing was changed: run `idem recover` to see "
                   "what was lost and to go on without it, or restore a newer copy");
}

Error BehindSource(const AcknowledgedOffset& acknowledged, std::int64_t next) {
  return Error(ErrorCode::kStoreBehind,
               "source '" + acknowledged.source + "', partition " +
                   acknowledged.partition.ToString() + ", is at " + std::to_string(next) +
                   ", but everything below " + std::to_string(acknowledged.next) +
                   " was acknowledged to it; nothing was changed: restore a newer copy of the "
                   "store, or, to go on from there, leave the partition out of "
                   "SinkOptions::acknowledged and offer again what the source still has");
}

}  // namespace

Result<std::uint64_t> LastCommitOf(const StoreView& view) {
  auto stored = view.Get(codec::SpaceKey(codec::Space::kLastCommit));
  if (!stored) return stored.error();
  std::uint64_t commit = 0;
  if (*stored && !codec::DecodeFixed64(**stored, &commit)) return Damaged("the last commit");
  return commit;
}

Result<codec::DurableNote> ReadNote(std::string_view note) {
  codec::DurableNote decoded;
  if (note.empty() || codec::DecodeNote(note, &decoded)) return decoded;
  return Damaged("the watermark's note");
}

Result<std::string> NoteOf(const StoreView& view) {
  auto commit = LastCommitOf(view);
  if (!commit) return commit.error();
  std::string note;
  codec::AppendNoteBegin(*commit, &note);
  const auto add = [&note](std::string_view key, std::string_view value) -> Result<void> {
    Checkpoint checkpoint;
    if (!codec::DecodeCheckpoint(key, value, &checkpoint)) return Damaged("a checkpoint");
    codec::AppendNoteEntry(key, checkpoint.next, &note);
    return {};
  };
  auto read = ForEach(view, codec::SpaceKey(codec::Space::kCheckpoint), add);
  if (!read) return read.error();
  return note;
}

Result<void> CheckNotBehind(const StoreView* found, std::string_view note,
                            const std::vector<AcknowledgedOffset>& acknowledged) {
  const auto durable = ReadNote(note);
  if (!durable) return durable.error();
  if (found != nullptr) {
    const auto commit = LastCommitOf(*found);
    if (!commit) return commit.error();
    if (*commit < durable->commit) return Behind(*commit, durable->commit);
  }
  for (const AcknowledgedOffset& one : acknowledged) {
    const auto next = NextOf(found, codec::CheckpointKey(one.source, one.partition));
    if (!next) return next.error();
    if (*next < one.next) return BehindSource(one, *next);
  }
  return {};
}

}  // namespace idem::pipeline
