// SPDX-License-Identifier: Apache-2.0
//
// Row: one live row as it is read back. Owns its bytes.
#pragma once

#include <idem/key.h>

#include <cstdint>
#include <string>
#include <variant>

namespace idem {

// The owning form of a Version: nothing, an integer, or bytes as they came in. Hexadecimal versions
// (VersionKind::kHex) are kept in normal form: upper case, no leading zeros in a section.
using StoredVersion = std::variant<std::monostate, std::int64_t, std::string>;

struct Row {
  Key key;
  StoredVersion version;
  std::string value;         // byte for byte as it was offered
  std::uint64_t commit = 0;  // the commit that wrote it

  friend bool operator==(const Row&, const Row&) = default;
};

}  // namespace idem
