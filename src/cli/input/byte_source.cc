// SPDX-License-Identifier: Apache-2.0

#include "cli/input/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "cli/input/raw_file.h"

namespace idem::cli {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(RawFile file) : file_(std::move(file)) {}

  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    return file_.Read(buffer, size);
  }

  std::uint64_t raw_bytes() const noexcept override { return file_.bytes_read(); }

 private:
  RawFile file_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(RawFile file) : file_(std::move(file)) {}
  ~GzipSource() override {
    if (started_) inflateEnd(&stream_);
  }

  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t want = std::min<std::size_t>(size, std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(want);
    while (stream_.avail_out == want) {
      if (!in_member_) {
        Result<bool> more = BeginMember();
        if (!more) return more.error();
        if (!*more) return std::size_t{0};
      }
      Result<void> step = Inflate();
      if (!step) return step.error();
    }
    return want - stream_.avail_out;
  }

  std::uint64_t raw_bytes() const noexcept override { return file_.bytes_read(); }

 private:
  // False at the end of the input. Zero bytes after a member are padding, as gzip(1) has it.
  Result<bool> BeginMember() {
    for (;;) {
      Result<std::string_view> next = file_.Peek(kGzipMagic.size());
      if (!next) return next.error();
      if (next->empty()) return false;
      if (next->substr(0, kGzipMagic.size()) == kGzipMagic) break;
      if (next->front() != '\0') return Damaged("other bytes follow the gzip data");
      file_.Consume(1);
    }
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    const int rc = started_ ? inflateReset(&stream_) : inflateInit2(&stream_, kGzipOnly);
    if (rc != Z_OK) {
      return Error(ErrorCode::kIoError,
                   fmt::format("{}: out of memory for inflating", file_.name()));
    }
    started_ = in_member_ = true;
    return true;
  }

  Result<void> Inflate() {
    Result<std::string_view> bytes = file_.Fill();
    if (!bytes) return bytes.error();
    // At the end of the file inflate may still hold output that did not fit before.
    // zlib reads from next_in only, whatever its C type says.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
    stream_.avail_in = static_cast<uInt>(bytes->size());
    const int rc = inflate(&stream_, Z_NO_FLUSH);
    file_.Consume(bytes->size() - stream_.avail_in);
    if (rc == Z_STREAM_END) {
      in_member_ = false;
    } else if (rc == Z_BUF_ERROR && bytes->empty()) {
      return Damaged("the gzip data ends early: the file is truncated");
    } else if (rc != Z_OK) {
      return Damaged("the gzip data is damaged");
    }
    return {};
  }

  Error Damaged(std::string_view what) const {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", file_.name(), what));
  }

  RawFile file_;
  z_stream stream_ = {};
  bool started_ = false;
  bool in_member_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(RawFile file) : file_(std::move(file)), context_(ZSTD_createDCtx()) {}
  ~ZstdSource() override { ZSTD_freeDCtx(context_); }

  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    ZSTD_outBuffer out = {buffer, size, 0};
    while (out.pos == 0) {
      Result<std::string_view> bytes = file_.Fill();
      if (!bytes) return bytes.error();
      if (bytes->empty() && !in_frame_) return std::size_t{0};
      // At the end of the file the decoder may still hold output that did not fit before.
      ZSTD_inBuffer in = {bytes->data(), bytes->size(), 0};
      const std::size_t rc = ZSTD_decompressStream(context_, &out, &in);
      file_.Consume(in.pos);
      if (ZSTD_isError(rc) != 0) return Refused(rc);
      in_frame_ = rc != 0;
      if (bytes->empty() && in_frame_ && out.pos == 0) {
        return Damaged("the zstd data ends early: the file is truncated");
      }
    }
    return out.pos;
  }

  std::uint64_t raw_bytes() const noexcept override { return file_.bytes_read(); }

 private:
  Error Damaged(std::string_view what) const {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", file_.name(), what));
  }

  // A sound frame may ask for more memory than zstd gives without being told to: the window is
  // kept in memory whole, and the frame alone says how large it is.
  Error Refused(std::size_t rc) const {
    if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{}: its zstd window is larger than 128 MiB; decompress it with "
                               "`zstd -dc --long=31`, or compress it without --long",
                               file_.name()));
    }
    return Damaged(fmt::format("the zstd data is damaged: {}", ZSTD_getErrorName(rc)));
  }

  RawFile file_;
  ZSTD_DCtx* context_;
  bool in_frame_ = false;
};

Result<int> OpenForReading(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIoError;
    return Error(code, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  struct stat status = {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd);
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}: is a directory", path));
  }
  return fd;
}

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::Open(const std::string& path) {
  const bool standard_input = path == "-";
  Result<int> fd = standard_input ? Result<int>(STDIN_FILENO) : OpenForReading(path);
  if (!fd) return fd.error();

  RawFile file(*fd, standard_input ? "standard input" : path);
  Result<std::string_view> head = file.Peek(kZstdMagic.size());
  if (!head) return head.error();
  if (head->starts_with(kGzipMagic)) return std::make_unique<GzipSource>(std::move(file));
  if (head->starts_with(kZstdMagic)) return std::make_unique<ZstdSource>(std::move(file));
  return std::make_unique<PlainSource>(std::move(file));
}

}  // namespace idem::cli
