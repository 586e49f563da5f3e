// SPDX-License-Identifier: Apache-2.0
//
// Files for tests of the command's input: plain, gzip and zstd.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/byte_source.h"
#include "cli/input/unit_reader.h"
#include "support/temp_directory.h"

namespace idem::cli {

class InputFiles {
 public:
  std::string Write(const std::string& name, std::string_view bytes) const {
    const std::string path = (directory_.path() / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  testing::TempDirectory directory_;
};

inline std::string Gzip(std::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 1024, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// Reads a file to its end in pieces of at most `piece` bytes. An error's message ends the text.
inline std::string ReadAll(const std::string& path, std::size_t piece = 7) {
  Result<std::unique_ptr<ByteSource>> source = ByteSource::Open(path);
  if (!source) return "ERROR " + source.error().message();
  std::string all;
  std::vector<char> buffer(piece);
  for (;;) {
    Result<std::size_t> got = (*source)->Read(buffer.data(), buffer.size());
    if (!got) return all + "ERROR " + got.error().message();
    if (*got == 0) return all;
    all.append(buffer.data(), *got);
  }
}

// The units of a file, each as text.
inline std::vector<std::string> ReadUnits(const std::string& path, InputFormat format,
                                          std::size_t unit_bytes_max = kLineBytesMax) {
  std::vector<std::string> texts;
  Result<std::unique_ptr<UnitReader>> reader = UnitReader::Open(path, format, unit_bytes_max);
  EXPECT_TRUE(reader.has_value());
  Unit unit;
  for (;;) {
    Result<bool> got = (*reader)->Next(&unit);
    if (!got) texts.push_back("ERROR " + got.error().message());
    if (!got || !*got) return texts;
    texts.emplace_back(unit.text);
  }
}

}  // namespace idem::cli
