// SPDX-License-Identifier: Apache-2.0
//
// The first entry of a store, which decides whether anything else is read.

#include "codec/store_header.h"
#include "fuzz/recode.h"

using idem::codec::FormatHeader;
using idem::fuzz::Require;

IDEM_FUZZ_TARGET("header") {
  FormatHeader header;
  const bool decoded = idem::codec::DecodeFormatHeader(input, &header);
  Require(!decoded || input.starts_with("IDEM"), "a store without the magic bytes is not ours");
  if (decoded && header.format_version == idem::codec::kFormatVersion) {
    std::string again;
    idem::codec::AppendFormatHeader(header, &again);
    Require(again == input, "what a decoder accepts is what the encoder writes");
  } else if (decoded) {
    Require(header.store_id == idem::Uuid{}, "another format is named and not read");
  }
  std::uint64_t number = 0;
  if (idem::codec::DecodeFixed64(input, &number)) {
    std::string again;
    idem::codec::AppendFixed64(number, &again);
    Require(again == input, "a fixed64 has one encoding");
  }
}
