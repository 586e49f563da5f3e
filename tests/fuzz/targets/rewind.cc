// SPDX-License-Identifier: Apache-2.0
//
// An entry of the audit trail of rewinds.

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "fuzz/recode.h"

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("rewind") {
  const auto [key, value] = idem::fuzz::SplitKey(input);
  idem::RewindEntry entry;
  if (!idem::codec::DecodeRewind(key, value, &entry)) return;
  std::string again;
  idem::codec::AppendRewind(entry, &again);
  Require(again == value, "what a decoder accepts is what the encoder writes");
  Require(idem::codec::RewindKey(entry.source, entry.partition, entry.commit) == key,
          "a key that is accepted is the one of its source, partition and commit");
}
