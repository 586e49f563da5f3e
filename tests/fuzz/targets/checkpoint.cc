// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint: what it says of a source must never contradict itself.

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "fuzz/recode.h"

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("checkpoint") {
  const auto [key, value] = idem::fuzz::SplitKey(input);
  idem::Checkpoint checkpoint;
  if (!idem::codec::DecodeCheckpoint(key, value, &checkpoint)) return;
  std::string again;
  idem::codec::AppendCheckpoint(checkpoint, &again);
  Require(again == value, "what a decoder accepts is what the encoder writes");
  Require(idem::codec::CheckpointKey(checkpoint.source, checkpoint.partition) == key,
          "a key that is accepted is the one of its source and partition");
  Require(checkpoint.start <= checkpoint.next, "next is not below the start");
  std::int64_t at = checkpoint.next;
  for (const idem::OffsetRange& range : checkpoint.done) {
    Require(at < range.begin && range.begin < range.end, "ranges ascend and do not touch");
    at = range.end;
  }
}
