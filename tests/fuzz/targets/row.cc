// SPDX-License-Identifier: Apache-2.0
//
// The row envelope, which is read at every decision about a key that exists.

#include "codec/row_envelope.h"
#include "fuzz/recode.h"

using idem::codec::RowEnvelope;
using idem::fuzz::Require;

IDEM_FUZZ_TARGET("row") {
  idem::fuzz::Recode(input, idem::codec::DecodeRow, idem::codec::AppendRow);
  RowEnvelope row;
  if (!idem::codec::DecodeRow(input, &row)) return;
  Require(!row.tombstone || row.payload.empty(), "a tombstone has no payload");
  Require(row.payload.data() + row.payload.size() == input.data() + input.size(),
          "the payload is a view of the end of the envelope");
}
