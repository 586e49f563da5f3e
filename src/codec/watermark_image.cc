// SPDX-License-Identifier: Apache-2.0

#include "codec/watermark_image.h"

#include "base/coding.h"

#include <algorithm>
#include <utility>

namespace idem::codec {
namespace {

constexpr std::string_view kMagic = "IDEMMARK";
constexpr std::size_t kSizeEnd = kMagic.size() + sizeof(std::uint32_t);
constexpr std::size_t kChecksumBytes = 16;
constexpr std::uint8_t kImageVersion = 1;

void AppendFiles(const std::vector<FileMark>& files, std::string* out) {
  base::AppendVarint32(static_cast<std::uint32_t>(files.size()), out);
  for (const FileMark& mark : files) {
    base::AppendSized(mark.name, out);
    base::AppendVarint64(mark.bytes, out);
    AppendFingerprint(mark.hash, out);
  }
}

bool ReadFiles(base::Reader* reader, std::vector<FileMark>* files) {
  std::uint32_t count = 0;
  if (!reader->ReadVarint32(&count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {  // memory grows with what was read, not with `count`
    FileMark mark;
    if (!reader->ReadSized(&mark.name) || !reader->ReadVarint64(&mark.bytes) ||
        !ReadFingerprint(reader, &mark.hash)) {
      return false;
    }
    files->push_back(std::move(mark));
  }
  return true;
}

bool HasChecksum(std::string_view bytes) {
  const std::size_t end = bytes.size() - kChecksumBytes;
  base::Reader reader(bytes.substr(end));
  Fingerprint checksum;
  return ReadFingerprint(&reader, &checksum) && checksum == FingerprintOf(bytes.substr(0, end));
}

}  // namespace

void AppendWatermarkImage(const WatermarkImage& image, std::string* out) {
  std::string body;
  base::AppendByte(kImageVersion, &body);
  base::AppendFixed64(image.sequence, &body);
  body.append(reinterpret_cast<const char*>(image.store_id.bytes.data()),
              image.store_id.bytes.size());
  AppendFiles(image.manifests, &body);
  AppendFiles(image.logs, &body);
  base::AppendSized(image.note, &body);
  const std::size_t begin = out->size();
  out->append(kMagic);
  base::AppendFixed32(static_cast<std::uint32_t>(kSizeEnd + body.size() + kChecksumBytes), out);
  out->append(body);
  AppendFingerprint(FingerprintOf(std::string_view(*out).substr(begin)), out);
}

bool DecodeWatermarkImage(std::string_view bytes, WatermarkImage* image) {
  *image = WatermarkImage();
  const std::size_t size = WatermarkImageSize(bytes);
  if (size == 0 || size != bytes.size() || !HasChecksum(bytes)) return false;
  base::Reader reader(bytes.substr(kSizeEnd, bytes.size() - kSizeEnd - kChecksumBytes));
  std::string_view id;
  if (!reader.Expect(kImageVersion) || !reader.ReadFixed64(&image->sequence) ||
      !reader.ReadBytes(image->store_id.bytes.size(), &id)) {
    return false;
  }
  std::transform(id.begin(), id.end(), image->store_id.bytes.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return ReadFiles(&reader, &image->manifests) && ReadFiles(&reader, &image->logs) &&
         reader.ReadSized(&image->note) && reader.AtEnd();
}

std::size_t WatermarkImageSize(std::string_view bytes) noexcept {
  base::Reader reader(bytes);
  std::string_view magic;
  std::uint32_t size = 0;
  if (!reader.ReadBytes(kMagic.size(), &magic) || magic != kMagic || !reader.ReadFixed32(&size)) {
    return 0;
  }
  return size >= kSizeEnd + kChecksumBytes && size <= bytes.size() ? size : 0;
}

}  // namespace idem::codec
