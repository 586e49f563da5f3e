// SPDX-License-Identifier: Apache-2.0
//
// An entry of the audit trail of recoveries.

#include "codec/keyspace.h"
#include "codec/recovery_record.h"
#include "fuzz/recode.h"

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("recovery") {
  const auto [key, value] = idem::fuzz::SplitKey(input);
  idem::RecoveryEntry entry;
  if (!idem::codec::DecodeRecovery(key, value, &entry)) return;
  std::string again;
  idem::codec::AppendRecovery(entry, &again);
  Require(again == value, "what a decoder accepts is what the encoder writes");
  Require(idem::codec::RecoveryKey(entry.writer_epoch) == key, "the key is the writer's epoch");
}
