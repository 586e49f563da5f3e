// SPDX-License-Identifier: Apache-2.0
//
// CSV (RFC 4180): fields separated by commas; a field in quotes may hold commas, line breaks and
// doubled quotes. Anything else with a quote in it is refused rather than guessed at.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem::cli {

struct CsvError {
  std::size_t column = 0;
  const char* what = "";
};

// True when a record that has `line` as its next line goes on with the line after it. `open` says
// the same of the lines before.
bool CsvGoesOn(std::string_view line, bool open);

// The fields of one record, without its line end ("\r" before it included).
std::optional<CsvError> SplitCsv(std::string_view record, std::vector<std::string>* fields);

// Appends `field`, in quotes where it needs them.
void AppendCsvField(std::string_view field, std::string* out);

// A record as it stands in the file, without the carriage return of its line end.
std::string_view StripCarriageReturn(std::string_view record);

}  // namespace idem::cli
