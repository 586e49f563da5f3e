// SPDX-License-Identifier: Apache-2.0

#include "model/coverage.h"

#include "script/text.h"

namespace idem::model {
namespace {

constexpr const char* kRequired[] = {
    "duplicate in the same batch",
    "duplicate across batches",
    "event id: duplicate",
    "event id: conflict",
    "stale: older version",
    "tombstone, then an older record",
    "tombstone, then a newer upsert",
    "delete of a key never seen",
    "duplicate from a higher rank",
    "tie: decided by rank",
    "tie: delete beats upsert",
    "tie: conflict",
    "converge tie: won",
    "converge tie: lost",
    "first tie: lost",
    "last tie: won",
    "too late: horizon",
    "too late: after collecting",
    "tombstones collected",
    "replay below next",
    "replay beyond next",
    "offset below start",
    "gap tracked",
    "gap filled",
    "gap legal",
    "gap refused",
    "advance",
    "declare empty",
    "source replaced",
    "rewind back",
    "rewind forth",
    "token repeated",
    "token reused",
    "token forgotten",
    "refused again",
    "resolve: accept",
    "resolve: discard",
    "resolved again",
    "duplicate of a resolved record",
    "reopen",
    "limit: batch records",
    "limit: source partitions",
    "limit: ranges",
    "invalid: key_missing",
    "invalid: key_too_large",
    "invalid: value_too_large",
    "invalid: version_missing",
    "invalid: version_unexpected",
    "invalid: version_kind_mismatch",
    "invalid: version_malformed",
    "invalid: payload_not_json",
    "invalid: operation_not_allowed",
    "invalid: offset_out_of_range",
    "invalid: rejected_by_host",
    "invalid: version_too_far",
    "error InvalidRecord",
    "verdict INVALID",
    "verdict REPLAYED",
    "verdict DUPLICATE",
    "verdict CONFLICT",
    "verdict TOO_LATE",
    "verdict STALE",
    "verdict UNCHANGED",
    "verdict INSERTED",
    "verdict UPDATED",
    "verdict DELETED",
};

}  // namespace

Coverage::Coverage() {
  for (const char* cell : kRequired) cells_[cell] = 0;
}

void Coverage::See(const script::Answer& answer) {
  for (const ErrorCode code : answer.errors) ++cells_["error " + std::string(ToString(code))];
  if (answer.repeated) return;
  for (const Outcome& outcome : answer.outcomes) {
    ++cells_["verdict " + std::string(ToString(outcome.verdict))];
    if (outcome.verdict == Verdict::kDuplicate) {
      ++cells_[outcome.commit == answer.commit ? "duplicate in the same batch"
                                               : "duplicate across batches"];
    }
  }
}

std::vector<std::string> Coverage::Missing() const {
  std::vector<std::string> missing;
  for (const char* cell : kRequired) {
    if (cells_.at(cell) == 0) missing.emplace_back(cell);
  }
  return missing;
}

std::string Coverage::Table() const {
  constexpr std::size_t kWidth = 36;
  std::string out;
  for (const auto& [cell, count] : cells_) {
    out += "  " + cell;
    out.append(cell.size() < kWidth ? kWidth - cell.size() : 1, ' ');
    out += std::to_string(count) + "\n";
  }
  return out;
}

}  // namespace idem::model
