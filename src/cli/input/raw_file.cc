// SPDX-License-Identifier: Apache-2.0

#include "cli/input/raw_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/interrupt.h"

namespace idem::cli {

namespace {
constexpr std::size_t kBufferBytes = 256 * 1024;
}

RawFile::RawFile(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), buffer_(kBufferBytes) {}

RawFile::RawFile(RawFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      bytes_read_(other.bytes_read_) {}

RawFile::~RawFile() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

Result<std::size_t> RawFile::ReadMore() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  Result<std::size_t> got = ReadFile(buffer_.data() + end_, buffer_.size() - end_);
  if (got) end_ += *got;
  return got;
}

Result<std::size_t> RawFile::ReadFile(char* buffer, std::size_t size) {
  for (;;) {
    if (InterruptRequested()) return Error(ErrorCode::kIoError, "interrupted");
    const ssize_t got = ::read(fd_, buffer, size);
    if (got >= 0) {
      bytes_read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR) {
      return Error(ErrorCode::kIoError, fmt::format("{}: {}", name_, std::strerror(errno)));
    }
  }
}

Result<std::string_view> RawFile::Peek(std::size_t count) {
  while (end_ - begin_ < count) {
    Result<std::size_t> got = ReadMore();
    if (!got) return got.error();
    if (*got == 0) break;
  }
  return std::string_view(buffer_.data() + begin_, end_ - begin_);
}

Result<std::string_view> RawFile::Fill() {
  if (begin_ == end_) {
    Result<std::size_t> got = ReadMore();
    if (!got) return got.error();
  }
  return std::string_view(buffer_.data() + begin_, end_ - begin_);
}

Result<std::size_t> RawFile::Read(char* buffer, std::size_t size) {
  if (begin_ == end_) return ReadFile(buffer, size);
  const std::size_t count = std::min(size, end_ - begin_);
  std::memcpy(buffer, buffer_.data() + begin_, count);
  begin_ += count;
  return count;
}

}  // namespace idem::cli
