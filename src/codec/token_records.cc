// SPDX-License-Identifier: Apache-2.0
//
//   record   := 01, varint64 commit, 16 bytes batch fingerprint, run*
//   run      := varint64 count (not 0), verdict byte, reason byte, varint64 outcome commit
//
// Neighbouring runs differ, so a list of outcomes has one encoding.

#include "codec/token_records.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/stored_enums.h"

#include <limits>

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::uint64_t kOutcomesMax = std::numeric_limits<std::uint32_t>::max();

bool ReadRun(base::Reader* reader, std::uint64_t* count, Outcome* outcome) {
  return reader->ReadVarint64(count) && *count > 0 && *count <= kOutcomesMax &&
         ReadVerdict(reader, &outcome->verdict) && ReadReason(reader, &outcome->reason) &&
         reader->ReadVarint64(&outcome->commit);
}

// Checks all runs and counts their outcomes, taking no memory.
bool CountOutcomes(base::Reader reader, std::uint64_t* total) {
  *total = 0;
  Outcome before;
  for (bool first = true; !reader.AtEnd(); first = false) {
    std::uint64_t count = 0;
    Outcome outcome;
    if (!ReadRun(&reader, &count, &outcome)) return false;
    if (!first && outcome == before) return false;
    *total += count;
    if (*total > kOutcomesMax) return false;
    before = outcome;
  }
  return true;
}

}  // namespace

void AppendTokenRecord(const TokenRecord& record, std::string* out) {
  IDEM_ASSERT(record.outcomes.size() <= kOutcomesMax, "I-10");
  base::AppendByte(kRecordVersion, out);
  base::AppendVarint64(record.commit, out);
  AppendFingerprint(record.batch, out);
  for (std::size_t begin = 0; begin < record.outcomes.size();) {
    const Outcome& outcome = record.outcomes[begin];
    std::size_t end = begin + 1;
    while (end < record.outcomes.size() && record.outcomes[end] == outcome) ++end;
    base::AppendVarint64(end - begin, out);
    base::AppendByte(static_cast<std::uint8_t>(outcome.verdict), out);
    base::AppendByte(static_cast<std::uint8_t>(outcome.reason), out);
    base::AppendVarint64(outcome.commit, out);
    begin = end;
  }
}

bool DecodeTokenRecord(std::string_view bytes, TokenRecord* record, std::uint64_t outcomes_max) {
  base::Reader reader(bytes);
  std::uint64_t total = 0;
  record->outcomes.clear();
  if (!reader.Expect(kRecordVersion) || !reader.ReadVarint64(&record->commit) ||
      !ReadFingerprint(&reader, &record->batch) || !CountOutcomes(reader, &total)) {
    return false;
  }
  if (total > outcomes_max) return true;
  record->outcomes.reserve(total);
  while (!reader.AtEnd()) {
    std::uint64_t count = 0;
    Outcome outcome;
    if (!ReadRun(&reader, &count, &outcome)) return false;
    record->outcomes.insert(record->outcomes.end(), count, outcome);
  }
  return true;
}

}  // namespace idem::codec
