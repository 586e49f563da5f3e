// SPDX-License-Identifier: Apache-2.0
//
// RawFile: buffered reads of a file descriptor, with a look at the first bytes.
#pragma once

#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::cli {

class RawFile final {
 public:
  // Takes over `fd` and closes it, but for standard input.
  RawFile(int fd, std::string name);
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&&) = delete;
  ~RawFile();

  // At least `count` bytes of what comes next, fewer only at the end. They stay unread.
  Result<std::string_view> Peek(std::size_t count);

  // The bytes at hand, or the next ones; empty at the end. The caller says with Consume how many it
  // took.
  Result<std::string_view> Fill();
  void Consume(std::size_t count) noexcept { begin_ += count; }

  // Up to `size` bytes into `buffer`, straight from the file where none are at hand; 0 at the end.
  Result<std::size_t> Read(char* buffer, std::size_t size);

  const std::string& name() const noexcept { return name_; }
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  Result<std::size_t> ReadMore();
  Result<std::size_t> ReadFile(char* buffer, std::size_t size);

  int fd_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace idem::cli
