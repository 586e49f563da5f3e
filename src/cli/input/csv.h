// SPDX-License-Identifier: Apache-2.0
//
// CSV (RFC 4180): fields separated by commas; a field in quotes may hold commas, line breaks and
// doubled quotes. Anything else with a quote in it is refused rather than guessed at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem::cli {

struct CsvError {
  std::size_t column = 0;
  const char* what = "";
};

// Follows the quotes of a record through its lines, each of which may come in pieces.
class CsvQuotes final {
 public:
  // `open`: the lines before ended within quotes.
  explicit CsvQuotes(bool open = false) : at_(open ? At::kQuoted : At::kFieldStart) {}

  // The next piece of the line.
  void Read(std::string_view piece);

  // After a whole line: true when the record goes on with the line after it.
  bool open() const noexcept { return at_ == At::kQuoted; }

 private:
  enum class At : std::uint8_t { kFieldStart, kPlain, kQuoted, kQuoteInQuotes };
  At at_;
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
