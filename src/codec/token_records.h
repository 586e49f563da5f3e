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

// A few bytes can stand for 2^32 outcomes. When there are more than `outcomes_max` they are checked
// but left empty: pass the size of the batch that came again, which can only be the same batch when
// it has as many records, and memory is taken for no more than the caller holds already. Total.
bool DecodeTokenRecord(std::string_view bytes, TokenRecord* record,
                       std::uint64_t outcomes_max = UINT32_MAX);

}  // namespace idem::codec
