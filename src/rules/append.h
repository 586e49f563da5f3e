// SPDX-License-Identifier: Apache-2.0
//
// Append tables: the first record of a key wins for ever.
#pragma once

#include "rules/decision.h"

namespace idem::rules {

//   stored            same payload   verdict
//   nothing           -              INSERTED
//   row               yes            DUPLICATE (same_key)
//   row               no             CONFLICT  (same_key)
Decision DecideAppend(const Stored& stored, const Incoming& incoming) noexcept;

}  // namespace idem::rules
