// SPDX-License-Identifier: Apache-2.0
//
// TokenRecord: the stored report of a commit that carried a token. Outcomes are run-length encoded:
// a million duplicates are a few bytes. Begins with one byte, the record's version (1).
#pragma once

#include "codec/fingerprint.h"

#include <idem/commit_report.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::codec {

struct TokenRecord {
  std::uint64_t commit = 0;
  Fingerprint batch;  // of the batch's content, to tell a repeat from a reuse
  std::vector<Outcome> outcomes;
};

void AppendTokenRecord(const TokenRecord& record, std::string* out);
bool DecodeTokenRecord(std::string_view bytes, TokenRecord* record);

}  // namespace idem::codec
