// SPDX-License-Identifier: Apache-2.0
//
// The stored report of a commit with a token: few bytes stand for many outcomes, so that the bound
// on what is taken from memory is part of the promise.

#include "codec/token_records.h"
#include "fuzz/recode.h"

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("token") {
  constexpr std::uint64_t kOutcomesMax = 4096;
  idem::codec::TokenRecord record;
  const bool decoded = idem::codec::DecodeTokenRecord(input, &record, kOutcomesMax);
  Require(record.outcomes.capacity() <= 2 * kOutcomesMax,
          "memory is bounded by what was asked for");
  if (!decoded || record.outcomes.empty()) return;
  std::string again;
  idem::codec::AppendTokenRecord(record, &again);
  Require(again == input, "what a decoder accepts is what the encoder writes");
}
