// SPDX-License-Identifier: Apache-2.0
//
// Tokens: how a repeated batch is recognised and answered with its first report.
#pragma once

#include "codec/token_records.h"
#include "pipeline/record_buffer.h"
#include "storage/store.h"

#include <idem/options.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idem::pipeline {

struct TokenLookup {
  std::string key;                           // where the report is, or will be, stored
  codec::Fingerprint batch;                  // of the batch at hand
  std::optional<codec::TokenRecord> stored;  // the first report, when there is one
};

// Errors: kInvalidArgument (the token's name), kTokenReused, kTokenForgotten, kIoError,
// kCorruption.
Result<TokenLookup> LookUpToken(const BatchToken& token, const RecordBuffer& batch,
                                const storage::Store& store);

// The sequence below which the tokens of an application were forgotten; nullopt: none were. Errors:
// kIoError, kCorruption.
Result<std::optional<std::int64_t>> ReadTokenFloor(std::string_view application,
                                                   const storage::Store& store);

// One value of the store as of its last commit.
Result<std::optional<std::string>> ReadOne(const storage::Store& store, std::string_view key);

}  // namespace idem::pipeline
