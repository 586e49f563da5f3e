// SPDX-License-Identifier: Apache-2.0
//
// The options of a source.

#include "codec/source_records.h"
#include "fuzz/recode.h"

IDEM_FUZZ_TARGET("source") {
  idem::fuzz::Recode(input, idem::codec::DecodeSourceOptions, idem::codec::AppendSourceOptions);
}
