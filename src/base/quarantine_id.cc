// SPDX-License-Identifier: Apache-2.0

#include "base/hex.h"

#include <idem/quarantine.h>

namespace idem {

Result<QuarantineId> QuarantineId::Parse(std::string_view hex) {
  QuarantineId id;
  if (hex.size() != 32 || !base::ParseHex64(hex.substr(0, 16), &id.high) ||
      !base::ParseHex64(hex.substr(16), &id.low)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a quarantine id has 32 hexadecimal digits; take it from the quarantine list");
  }
  return id;
}

std::string QuarantineId::ToString() const {
  std::string hex;
  hex.reserve(32);
  base::AppendHex64(high, &hex);
  base::AppendHex64(low, &hex);
  return hex;
}

}  // namespace idem
