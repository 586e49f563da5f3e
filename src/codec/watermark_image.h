// SPDX-License-Identifier: Apache-2.0
//
// WatermarkImage: one state of the file IDEM_WATERMARK (storage/rocks/watermark_file.h), whole by
// itself.
//
//   image := "IDEMMARK", fixed32 size of the image, 01, fixed64 sequence, 16 bytes store id,
//            files manifests, files logs, sized note, fingerprint of everything before it
//   files := varint32 count, (sized name, varint64 bytes, fingerprint of so many first bytes)*
#pragma once

#include "codec/fingerprint.h"

#include <idem/key.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::codec {

// The synced beginning of one of RocksDB's files.
struct FileMark {
  std::string name;
  std::uint64_t bytes = 0;
  Fingerprint hash;
  friend bool operator==(const FileMark&, const FileMark&) = default;
};

struct WatermarkImage {
  std::uint64_t sequence = 0;  // the image with the highest one counts
  Uuid store_id;
  std::vector<FileMark> manifests;  // RocksDB's CURRENT names one of these
  std::vector<FileMark> logs;       // those that are complete and still needed
  std::string note;                 // of the layer above; the store does not look into it
};

void AppendWatermarkImage(const WatermarkImage& image, std::string* out);

// Total; the checksum is looked at first.
bool DecodeWatermarkImage(std::string_view bytes, WatermarkImage* image);

// The size of the image that `bytes` begin with, as it says itself; 0 when there is none, or when
// it says more than there is.
std::size_t WatermarkImageSize(std::string_view bytes) noexcept;

}  // namespace idem::codec
