// SPDX-License-Identifier: Apache-2.0
//
// What the rules see and what they answer. Rules are pure functions: no I/O, no clock, no memory of
// their own. The pipeline gathers what they see and carries out what they answer.
#pragma once

#include "codec/fingerprint.h"

#include <idem/record.h>
#include <idem/verdict.h>

#include <cstdint>

namespace idem::rules {

// The record under decision, already validated.
struct Incoming {
  bool is_delete = false;
  Version version;
  std::uint32_t rank = 0;
  codec::Fingerprint fingerprint;  // of the payload; zero for a delete
};

// What is stored under its key.
struct Stored {
  bool exists = false;  // a row or a tombstone
  bool tombstone = false;
  Version version;
  std::uint32_t rank = 0;
  codec::Fingerprint fingerprint;
};

struct Decision {
  Verdict verdict = Verdict::kInvalid;
  Reason reason = Reason::kNone;

  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace idem::rules
