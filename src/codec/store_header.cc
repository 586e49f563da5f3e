// SPDX-License-Identifier: Apache-2.0

#include "codec/store_header.h"

#include "base/coding.h"

#include <algorithm>

namespace idem::codec {
namespace {

constexpr std::string_view kMagic = "IDEM";

}  // namespace

void AppendFormatHeader(const FormatHeader& header, std::string* out) {
  out->append(kMagic);
  base::AppendFixed32(header.format_version, out);
  out->append(reinterpret_cast<const char*>(header.store_id.bytes.data()),
              header.store_id.bytes.size());
}

bool DecodeFormatHeader(std::string_view bytes, FormatHeader* header) {
  base::Reader reader(bytes);
  std::string_view magic;
  *header = FormatHeader();
  if (!reader.ReadBytes(kMagic.size(), &magic) || magic != kMagic ||
      !reader.ReadFixed32(&header->format_version)) {
    return false;
  }
  if (header->format_version != kFormatVersion) return true;
  std::string_view id;
  if (!reader.ReadBytes(header->store_id.bytes.size(), &id) || !reader.AtEnd()) return false;
  std::transform(id.begin(), id.end(), header->store_id.bytes.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return true;
}

void AppendFixed64(std::uint64_t value, std::string* out) { base::AppendFixed64(value, out); }

bool DecodeFixed64(std::string_view bytes, std::uint64_t* value) {
  base::Reader reader(bytes);
  return reader.ReadFixed64(value) && reader.AtEnd();
}

}  // namespace idem::codec
