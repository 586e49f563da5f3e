// SPDX-License-Identifier: Apache-2.0
//
// The state of a table.

#include "codec/catalog.h"
#include "fuzz/recode.h"

IDEM_FUZZ_TARGET("state") {
  idem::fuzz::Recode(input, idem::codec::DecodeTableState, idem::codec::AppendTableState);
}
