// SPDX-License-Identifier: Apache-2.0
//
// Enumerations as they are stored: one byte, refused when this library does not know its meaning,
// so that no decoded value can index past a table. A new enumerator that is stored makes a new
// version of the records that hold it (docs/reference/format.md).
#pragma once

#include "base/coding.h"

#include <idem/verdict.h>

#include <cstdint>

namespace idem::codec {

// Reads a byte from 0 to `last`, where all of 0..last are enumerators of E.
template <typename E>
[[nodiscard]] bool ReadEnum(base::Reader* reader, E last, E* value) noexcept {
  std::uint8_t byte = 0;
  if (!reader->ReadByte(&byte) || byte > static_cast<std::uint8_t>(last)) return false;
  *value = static_cast<E>(byte);
  return true;
}

[[nodiscard]] inline bool ReadVerdict(base::Reader* reader, Verdict* verdict) noexcept {
  return ReadEnum(reader, static_cast<Verdict>(kVerdictCount - 1), verdict);
}

// Reasons have gaps between them; one that has a name is known.
[[nodiscard]] inline bool ReadReason(base::Reader* reader, Reason* reason) noexcept {
  std::uint8_t byte = 0;
  if (!reader->ReadByte(&byte)) return false;
  *reason = static_cast<Reason>(byte);
  return *reason == Reason::kNone || !ToString(*reason).empty();
}

}  // namespace idem::codec
