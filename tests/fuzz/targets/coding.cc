// SPDX-License-Identifier: Apache-2.0
//
// The numbers and byte strings that all records are made of. The first byte chooses the reader.

#include "base/coding.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

#include <string>

using idem::base::Reader;
using idem::fuzz::Require;

namespace {

template <typename T>
void Check(std::string_view bytes, bool (Reader::*read)(T*) noexcept,
           void (*append)(T, std::string*)) {
  Reader reader(bytes);
  T value{};
  if (!(reader.*read)(&value)) return;
  std::string again;
  append(value, &again);
  Require(again + std::string(reader.rest()) == bytes, "every value has exactly one encoding");
}

}  // namespace

IDEM_FUZZ_TARGET("coding") {
  idem::fuzz::Input choices(input);
  const std::uint8_t which = choices.Below(7);
  const std::string_view bytes = choices.Rest();
  switch (which) {
    case 0:
      return Check(bytes, &Reader::ReadByte, idem::base::AppendByte);
    case 1:
      return Check(bytes, &Reader::ReadFixed32, idem::base::AppendFixed32);
    case 2:
      return Check(bytes, &Reader::ReadFixed64, idem::base::AppendFixed64);
    case 3:
      return Check(bytes, &Reader::ReadOrderedInt64, idem::base::AppendOrderedInt64);
    case 4:
      return Check(bytes, &Reader::ReadVarint32, idem::base::AppendVarint32);
    case 5:
      return Check(bytes, &Reader::ReadVarint64, idem::base::AppendVarint64);
    default:
      Check<std::string_view>(
          bytes, static_cast<bool (Reader::*)(std::string_view*) noexcept>(&Reader::ReadSized),
          idem::base::AppendSized);
  }
}
