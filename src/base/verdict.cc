// SPDX-License-Identifier: Apache-2.0

#include <idem/verdict.h>

namespace idem {

std::string_view ToString(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kInvalid:
      return "INVALID";
    case Verdict::kFenced:
      return "FENCED";
    case Verdict::kReplayed:
      return "REPLAYED";
    case Verdict::kDuplicate:
      return "DUPLICATE";
    case Verdict::kConflict:
      return "CONFLICT";
    case Verdict::kTooLate:
      return "TOO_LATE";
    case Verdict::kStale:
      return "STALE";
    case Verdict::kUnchanged:
      return "UNCHANGED";
    case Verdict::kInserted:
      return "INSERTED";
    case Verdict::kUpdated:
      return "UPDATED";
    case Verdict::kDeleted:
      return "DELETED";
    case Verdict::kMerged:
      return "MERGED";
  }
  return "";
}

std::string_view ToString(Reason reason) noexcept {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kKeyMissing:
      return "key_missing";
    case Reason::kKeyTooLarge:
      return "key_too_large";
    case Reason::kValueTooLarge:
      return "value_too_large";
    case Reason::kVersionMissing:
      return "version_missing";
    case Reason::kVersionUnexpected:
      return "version_unexpected";
    case Reason::kVersionKindMismatch:
      return "version_kind_mismatch";
    case Reason::kVersionMalformed:
      return "version_malformed";
    case Reason::kEventIdTooLarge:
      return "event_id_too_large";
    case Reason::kPayloadNotJson:
      return "payload_not_json";
    case Reason::kOperationNotAllowed:
      return "operation_not_allowed";
    case Reason::kOffsetOutOfRange:
      return "offset_out_of_range";
    case Reason::kRejectedByHost:
      return "rejected_by_host";
    case Reason::kVersionTooFar:
      return "version_too_far";
    case Reason::kEventIdMissing:
      return "event_id_missing";
    case Reason::kSameEventId:
      return "same_event_id";
    case Reason::kSameKey:
      return "same_key";
    case Reason::kResolved:
      return "resolved";
    case Reason::kOlderVersion:
      return "older_version";
    case Reason::kTie:
      return "tie";
    case Reason::kBeyondHorizon:
      return "beyond_horizon";
  }
  return "";
}

}  // namespace idem
