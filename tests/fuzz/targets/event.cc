// SPDX-License-Identifier: Apache-2.0
//
// The record of an applied event id.

#include "codec/event_record.h"
#include "fuzz/recode.h"

IDEM_FUZZ_TARGET("event") {
  idem::fuzz::Recode(input, idem::codec::DecodeEvent, idem::codec::AppendEvent);
}
