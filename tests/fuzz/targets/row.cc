// SPDX-License-Identifier: Apache-2.0
//
// The row envelope, which is read at every decision about a key that exists.

#include "codec/row_envelope.h"
#include "fuzz/recode.h"

#include <string>
#include <string_view>

using idem::codec::RowEnvelope;
using idem::fuzz::Require;

namespace {

void AppendHead(const RowEnvelope& row, std::string* out) {
  char head[idem::codec::kRowHeadBytesMax];
  out->append(head, idem::codec::PutRowHead(row, head));
}

// What is said of a head without decoding it, is what it says.
void CheckStamp(std::string_view head) {
  RowEnvelope row;
  if (!idem::codec::DecodeRowHead(head, &row)) return;
  const auto stamp = idem::codec::StampIfSame(head, row.version, row.fingerprint);
  const bool told = !row.tombstone && row.version.text().data() == nullptr;
  Require(stamp.commit == (told ? row.commit : 0), "the commit of the same content");
  Require(stamp.commit == 0 || stamp.rank == row.rank, "the rank of the same content");
}

}  // namespace

IDEM_FUZZ_TARGET("row") {
  idem::fuzz::Recode(input, idem::codec::DecodeRow, idem::codec::AppendRow);
  idem::fuzz::Recode(input, idem::codec::DecodeRowHead, AppendHead);
  CheckStamp(input);
  RowEnvelope row;
  if (!idem::codec::DecodeRow(input, &row)) return;
  Require(!row.tombstone || row.payload.empty(), "a tombstone has no payload");
  Require(row.payload.data() + row.payload.size() == input.data() + input.size(),
          "the payload is a view of the end of the envelope");
}
