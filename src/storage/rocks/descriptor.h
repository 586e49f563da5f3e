// SPDX-License-Identifier: Apache-2.0
//
// Descriptor: a file descriptor that is closed when it goes, also where memory runs out.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace idem::storage {

// What the owner alone may do with a file.
inline constexpr mode_t kOwnersAlone = S_IRUSR | S_IWUSR;

class Descriptor {
 public:
  // Takes what open returned; it may have failed.
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  bool is_open() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// Writes all of `bytes` from `offset` on. False: errno says why.
inline bool WriteWhole(int fd, std::string_view bytes, off_t offset) noexcept {
  const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
  if (written >= 0 && written < static_cast<ssize_t>(bytes.size())) errno = ENOSPC;
  return written == static_cast<ssize_t>(bytes.size());
}

}  // namespace idem::storage
