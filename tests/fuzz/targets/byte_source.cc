// SPDX-License-Identifier: Apache-2.0
//
// Files as the command opens them: plain, gzip or zstd. The input is read as it is, and what was
// compressed of it is read back the same.

#include "cli/input/byte_source.h"
#include "fuzz/target.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <array>
#include <optional>
#include <string>

using idem::fuzz::Require;

namespace {

constexpr std::size_t kReadMax = 1 << 20;  // a few bytes can stand for many

// A file without a name that /proc names.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("input", MFD_CLOEXEC)) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    Require(written == static_cast<ssize_t>(bytes.size()), "the machine has memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

// All that can be read in pieces of `piece` bytes; `whole` when it ended without an error.
struct Content {
  std::string bytes;
  bool whole = false;
};

Content ReadAll(const std::string& path, std::size_t piece) {
  const auto source = idem::cli::ByteSource::Open(path).value();
  std::array<char, 4096> buffer;
  Content content;
  while (content.bytes.size() < kReadMax) {
    const idem::Result<std::size_t> count = source->Read(buffer.data(), piece);
    if (!count) {
      const idem::ErrorCode code = count.error().code();
      Require(code == idem::ErrorCode::kCorruption || code == idem::ErrorCode::kInvalidArgument,
              "bad data is damage, or asks for a window that is too large");
      return content;
    }
    Require(*count <= piece, "no more is read than was asked for");
    if (*count == 0) {
      content.whole = true;
      return content;
    }
    content.bytes.append(buffer.data(), *count);
  }
  return content;
}

std::string Gzip(std::string_view bytes) {
  constexpr int kGzipFormat = 15 + 16;
  z_stream stream = {};
  Require(deflateInit2(&stream, 1, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  Require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
  return out;
}

void CheckCompressed(const std::string& compressed, std::string_view bytes) {
  const MemoryFile file(compressed);
  const Content content = ReadAll(file.path(), 4096);
  Require(content.whole && content.bytes == bytes, "what was compressed is read back the same");
  // Not a byte of it may be missing.
  const MemoryFile torn(std::string_view(compressed).substr(0, compressed.size() - 1));
  Require(!ReadAll(torn.path(), 4096).whole, "compressed data that ends early is an error");
}

}  // namespace

IDEM_FUZZ_TARGET("byte_source") {
  const MemoryFile file(input);
  const Content content = ReadAll(file.path(), 4096);
  const bool compressed = input.starts_with("\x1f\x8b") || input.starts_with("\x28\xb5\x2f\xfd");
  if (!compressed) Require(content.whole && content.bytes == input, "plain bytes are left alone");
  if (content.bytes.size() < kReadMax) {
    const Content again = ReadAll(file.path(), 7);
    Require(again.whole == content.whole, "the size of the reads means nothing");
    Require(!content.whole || again.bytes == content.bytes, "the size of the reads means nothing");
  }
  CheckCompressed(Gzip(input), input);
  CheckCompressed(Zstd(input), input);
}
