// SPDX-License-Identifier: Apache-2.0
#include "rules/events.h"

namespace idem::rules {

std::optional<Decision> DecideEvent(const std::optional<codec::EventRecord>& applied,
                                    const codec::Fingerprint& event) noexcept {
  if (!applied) return std::nullopt;
  const Verdict verdict = applied->event == event ? Verdict::kDuplicate : Verdict::kConflict;
  return Decision{verdict, Reason::kSameEventId};
}

}  // namespace idem::rules
