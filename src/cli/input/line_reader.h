// SPDX-License-Identifier: Apache-2.0
//
// LineReader: the lines of a byte source, in bounded memory.
//
// A line ends with "\n", which is not part of its text; the last line may lack it. A UTF-8 byte
// order mark at the very beginning is not part of the first line. Of a line over the limit only its
// beginning is kept; the rest is read and forgotten.
#pragma once

#include <idem/quarantine.h>
#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/byte_source.h"
#include "cli/input/csv.h"

namespace idem::cli {

// What is read as one: a line, or a CSV record, which may hold line breaks within quotes.
struct Unit {
  std::string_view text;    // valid until the next one is read
  std::uint64_t line = 0;   // number of its first line, from 0
  std::uint64_t lines = 1;  // how many it spans
  std::uint64_t byte = 0;   // where it begins in the decompressed stream
  std::uint64_t bytes = 0;  // its full size without the last line's end
  bool terminated = true;   // false: the input ends without a line end
  bool overlong = false;    // only the first kOverlongBytesKept bytes are in `text`
};

// Lines up to here are read whole: room for a value of the default limit and much around it.
inline constexpr std::size_t kLineBytesMax = 32 << 20;

// Of a longer line this much is kept, as quarantine keeps no more.
inline constexpr std::size_t kOverlongBytesKept = kQuarantineValueBytes;

class LineReader final {
 public:
  // `source` must outlive the reader.
  explicit LineReader(ByteSource* source, std::size_t line_bytes_max = kLineBytesMax);

  // False at the end of the input. `quotes`, when there are any to follow, reads the line where it
  // is too long to be in the unit: nobody could afterwards. Errors: those of ByteSource::Read.
  Result<bool> Next(Unit* line, CsvQuotes* quotes = nullptr);

 private:
  Result<bool> FillMore();
  Result<void> SkipByteOrderMark();
  Result<bool> SkipOverlong(Unit* line, CsvQuotes* quotes);

  ByteSource* source_;
  std::size_t line_bytes_max_;
  std::vector<char> buffer_;
  std::string overlong_head_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t next_line_ = 0;
  std::uint64_t next_byte_ = 0;
  bool at_end_ = false;
  bool started_ = false;
};

}  // namespace idem::cli
