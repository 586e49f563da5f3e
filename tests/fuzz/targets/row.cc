// SPDX-License-Identifier: Apache-2.0
//
// The row envelope, which is read at every decision about a key that exists.

#include "codec/row_envelope.h"
#include "fuzz/recode.h"

#include <string>

using idem::codec::RowEnvelope;
using idem::fuzz::Require;

namespace {

void AppendHead(const RowEnvelope& row, std::string* out) {
  char head[idem::codec::kRowHeadBytesMax];
  out->append(head, idem::codec::PutRowHead(row, head));
}

}  // namespace

IDEM_FUZZ_TARGET("row") {
  idem::fuzz::Recode(input, idem::codec::DecodeRow, idem::codec::AppendRow);
  idem::fuzz::Recode(input, idem::codec::DecodeRowHead, AppendHead);
  RowEnvelope row;
  if (!idem::codec::DecodeRow(input, &row)) return;
  Require(!row.tombstone || row.payload.empty(), "a tombstone has no payload");
  Require(row.payload.data() + row.payload.size() == input.data() + input.size(),
          "the payload is a view of the end of the envelope");
}
