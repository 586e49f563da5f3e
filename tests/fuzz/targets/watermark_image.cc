// SPDX-License-Identifier: Apache-2.0
//
// The file beside a store that is written in place. The input is taken as it is, and as the body of
// an image with a true size and checksum, which chance would never find.

#include "codec/watermark_image.h"
#include "base/coding.h"
#include "fuzz/target.h"

#include <string>

using idem::fuzz::Require;

namespace {

constexpr std::size_t kChecksumBytes = 16;

std::string WithChecksum(std::string_view body) {
  std::string bytes = "IDEMMARK";
  const std::size_t size = bytes.size() + sizeof(std::uint32_t) + body.size() + kChecksumBytes;
  idem::base::AppendFixed32(static_cast<std::uint32_t>(size), &bytes);
  bytes.append(body);
  idem::codec::AppendFingerprint(idem::codec::FingerprintOf(bytes), &bytes);
  return bytes;
}

void Check(std::string_view bytes) {
  Require(idem::codec::WatermarkImageSize(bytes) <= bytes.size(), "an image is all there");
  idem::codec::WatermarkImage image;
  if (!idem::codec::DecodeWatermarkImage(bytes, &image)) return;
  std::string again;
  idem::codec::AppendWatermarkImage(image, &again);
  Require(again == bytes, "what a decoder accepts is what the encoder writes");
}

}  // namespace

IDEM_FUZZ_TARGET("watermark_image") {
  Check(input);
  Check(WithChecksum(input));
}
