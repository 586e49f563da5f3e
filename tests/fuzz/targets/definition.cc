// SPDX-License-Identifier: Apache-2.0
//
// The definition of a table.

#include "codec/catalog.h"
#include "fuzz/recode.h"

IDEM_FUZZ_TARGET("definition") {
  idem::fuzz::Recode(input, idem::codec::DecodeTableDefinition, idem::codec::AppendTableDefinition);
}
