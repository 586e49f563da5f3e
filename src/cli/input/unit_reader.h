// SPDX-License-Identifier: Apache-2.0
//
// UnitReader: the lines of an NDJSON input, or the records of a CSV input, one at a time.
#pragma once

#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/input/byte_source.h"
#include "cli/input/csv.h"
#include "cli/input/line_reader.h"

namespace idem::cli {

enum class InputFormat : std::uint8_t { kNdjson, kCsv };

// By the name without .gz or .zst: *.csv is CSV, all else NDJSON.
InputFormat FormatOfName(const std::string& path);

class UnitReader final {
 public:
  // Errors: those of ByteSource::Open.
  static Result<std::unique_ptr<UnitReader>> Open(const std::string& path, InputFormat format,
                                                  std::size_t unit_bytes_max = kLineBytesMax);

  // False at the end. Errors: those of ByteSource::Read.
  Result<bool> Next(Unit* unit);

  std::uint64_t raw_bytes() const noexcept { return source_->raw_bytes(); }

 private:
  UnitReader(std::unique_ptr<ByteSource> source, InputFormat format, std::size_t unit_bytes_max)
      : source_(std::move(source)),
        lines_(source_.get(), unit_bytes_max),
        format_(format),
        unit_bytes_max_(unit_bytes_max) {}

  Result<bool> NextCsvLine(Unit* line);

  Result<bool> Continue(Unit* record);

  std::unique_ptr<ByteSource> source_;
  LineReader lines_;
  InputFormat format_;
  std::size_t unit_bytes_max_;
  CsvQuotes quotes_;    // of the record so far
  std::string record_;  // the text of a record of several lines
};

// True when there is nothing but white space: not a record.
bool IsBlank(std::string_view text);

}  // namespace idem::cli
