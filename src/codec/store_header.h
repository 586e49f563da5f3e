// SPDX-License-Identifier: Apache-2.0
//
// FormatHeader: the first entry of every store: "IDEM" in ASCII, format version (fixed32), 16
// random bytes of store id. A store without it is not ours; another format version is refused,
// never misread.
#pragma once

#include <idem/key.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace idem::codec {

inline constexpr std::uint32_t kFormatVersion = 1;

struct FormatHeader {
  std::uint32_t format_version = kFormatVersion;
  Uuid store_id;
};

void AppendFormatHeader(const FormatHeader& header, std::string* out);
// True also for another format version, so that the caller can name it; what follows its number is
// then not read, and `store_id` is zero. False: not a store of idem, or damaged.
bool DecodeFormatHeader(std::string_view bytes, FormatHeader* header);

// Fixed 64-bit values of the keyspace: 8 bytes big-endian.
void AppendFixed64(std::uint64_t value, std::string* out);
bool DecodeFixed64(std::string_view bytes, std::uint64_t* value);

}  // namespace idem::codec
