// SPDX-License-Identifier: Apache-2.0
//
// The note of what is durable, which decides whether a store has lost something.

#include "codec/keyspace.h"
#include "codec/watermark.h"
#include "fuzz/target.h"

#include <string>

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("note") {
  idem::codec::DurableNote note;
  if (!idem::codec::DecodeNote(input, &note)) return;
  std::string again;
  idem::codec::AppendNoteBegin(note.commit, &again);
  for (const idem::codec::DurableSource& one : note.sources) {
    Require(one.next >= 0, "what is durable is an offset");
    idem::codec::AppendNoteEntry(idem::codec::CheckpointKey(one.source, one.partition), one.next,
                                 &again);
  }
  Require(again == input, "what a decoder accepts is what the encoder writes");
}
