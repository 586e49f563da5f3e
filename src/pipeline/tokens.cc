// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tokens.h"

#include "base/coding.h"
#include "base/names.h"
#include "codec/keyspace.h"
#include "codec/store_header.h"
#include "pipeline/ledger.h"
#include "pipeline/quarantine_stage.h"

namespace idem::pipeline {
namespace {

// Identifies the records of a batch and their order, not where they were read: a retry may read
// them elsewhere.
codec::Fingerprint BatchFingerprint(const RecordBuffer& batch) {
  std::string parts;
  parts.reserve(16 * batch.records().size());
  for (const BatchRecord& record : batch.records()) {
    const QuarantineId id = IdOf(record);
    base::AppendFixed64(id.high, &parts);
    base::AppendFixed64(id.low, &parts);
  }
  return codec::FingerprintOf(parts);
}

Result<void> CheckFloor(const BatchToken& token, const storage::Store& store) {
  if (!token.sequence()) return {};
  const auto floor = ReadTokenFloor(token.name(), store);
  if (!floor) return floor.error();
  if (!*floor || *token.sequence() >= **floor) return {};
  return Error(
      ErrorCode::kTokenForgotten,
      "this sequence is below the one up to which the application's tokens were forgotten, so "
      "whether it was applied cannot be said; leave the batch out, or offer its records without "
      "the token, and their keys decide");
}

}  // namespace

Result<std::optional<std::string>> ReadOne(const storage::Store& store, std::string_view key) {
  const auto read = store.NewReadResult();
  if (auto done = store.Read({&key, 1}, read.get()); !done) return done.error();
  if (!read->values[0]) return std::optional<std::string>();
  return std::optional<std::string>(std::string(*read->values[0]));
}

Result<std::optional<std::int64_t>> ReadTokenFloor(std::string_view application,
                                                   const storage::Store& store) {
  const auto bytes = ReadOne(store, codec::TokenFloorKey(application));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<std::int64_t>();
  std::uint64_t floor = 0;
  if (!codec::DecodeFixed64(**bytes, &floor)) return Damaged("a token floor");
  return std::optional(static_cast<std::int64_t>(floor));
}

Result<TokenLookup> LookUpToken(const BatchToken& token, const RecordBuffer& batch,
                                const storage::Store& store) {
  if (auto ok = base::CheckTokenName(token.name()); !ok) return ok.error();
  TokenLookup lookup;
  lookup.key = token.sequence() ? codec::SequenceTokenKey(token.name(), *token.sequence())
                                : codec::RequestTokenKey(token.name());
  lookup.batch = BatchFingerprint(batch);
  if (auto ok = CheckFloor(token, store); !ok) return ok.error();
  auto bytes = ReadOne(store, lookup.key);
  if (!bytes) return bytes.error();
  if (!*bytes) return lookup;
  codec::TokenRecord record;
  if (!codec::DecodeTokenRecord(**bytes, &record, batch.records().size())) {
    return Damaged("the report of a batch token");
  }
  if (record.batch != lookup.batch) {
    return Error(ErrorCode::kTokenReused,
                 "this batch token was committed before with other records; retry with the same "
                 "records, or give the new batch a token of its own");
  }
  if (record.outcomes.size() != batch.records().size()) {
    return Damaged("the report of a batch token");
  }
  lookup.stored = std::move(record);
  return lookup;
}

}  // namespace idem::pipeline
