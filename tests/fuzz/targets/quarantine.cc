// SPDX-License-Identifier: Apache-2.0
//
// A quarantine entry: a record that was refused, with everything the host had put into it.

#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "fuzz/recode.h"

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("quarantine") {
  const auto [key, value] = idem::fuzz::SplitKey(input);
  idem::QuarantineEntry entry;
  if (!idem::codec::DecodeQuarantineEntry(key, value, &entry)) return;
  std::string again;
  idem::codec::AppendQuarantineEntry(entry, &again);
  Require(again == value, "what a decoder accepts is what the encoder writes");
  Require(idem::codec::QuarantineKey(entry.id) == key, "the key is the entry's id");
  Require(idem::QuarantineId::Parse(entry.id.ToString()).value() == entry.id,
          "an id reads back from its text");
}
