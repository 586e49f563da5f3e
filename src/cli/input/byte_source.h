// SPDX-License-Identifier: Apache-2.0
//
// ByteSource: the bytes of a file or of standard input, decompressed where they begin with the
// magic bytes of gzip or zstd, whatever the name says. Concatenated gzip members and zstd frames
// are one stream. Compressed data that ends early is an error, never a short input.
#pragma once

#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace idem::cli {

class ByteSource {
 public:
  // "-" is standard input. Errors: kNotFound (no such file), kIoError, kInvalidArgument (a
  // directory).
  static Result<std::unique_ptr<ByteSource>> Open(const std::string& path);

  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Fills `buffer` as far as bytes are at hand; 0 at the end. Errors: kIoError, also when a signal
  // asked to stop; kCorruption (the compressed data is damaged or ends early); kInvalidArgument (a
  // zstd window that is too large).
  virtual Result<std::size_t> Read(char* buffer, std::size_t size) = 0;

  // Bytes taken from the file, before decompression: what progress is measured by.
  virtual std::uint64_t raw_bytes() const noexcept = 0;

 protected:
  ByteSource() = default;
};

}  // namespace idem::cli
