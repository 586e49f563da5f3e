// SPDX-License-Identifier: Apache-2.0
//
// Event rules: what an event id that comes again means.
#pragma once

#include "codec/event_record.h"
#include "rules/decision.h"

#include <optional>

namespace idem::rules {

// Decides a record by its event id: DUPLICATE when the same event was applied, CONFLICT when the id
// was applied with other content, nothing when the id is new and the table's rule decides.
std::optional<Decision> DecideEvent(const std::optional<codec::EventRecord>& applied,
                                    const codec::Fingerprint& event) noexcept;

}  // namespace idem::rules
