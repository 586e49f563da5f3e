// SPDX-License-Identifier: Apache-2.0
#include "rules/append.h"

namespace idem::rules {

Decision DecideAppend(const Stored& stored, const Incoming& incoming) noexcept {
  if (!stored.exists) return {Verdict::kInserted};
  if (stored.fingerprint == incoming.fingerprint) return {Verdict::kDuplicate, Reason::kSameKey};
  return {Verdict::kConflict, Reason::kSameKey};
}

}  // namespace idem::rules
