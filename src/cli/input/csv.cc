// SPDX-License-Identifier: Apache-2.0

#include "cli/input/csv.h"

#include <algorithm>

namespace idem::cli {

void CsvQuotes::Read(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (at_ == At::kQuoted) {
      i = piece.find('"', i);
      if (i == std::string_view::npos) return;
      at_ = At::kQuoteInQuotes;
    } else if (piece[i] == '"' && at_ != At::kPlain) {
      at_ = At::kQuoted;  // a doubled quote closes and opens again, which comes to the same
    } else {
      i = piece.find(',', i);
      at_ = i == std::string_view::npos ? At::kPlain : At::kFieldStart;
      if (at_ == At::kPlain) return;
    }
  }
}

bool CsvGoesOn(std::string_view line, bool open) {
  CsvQuotes quotes(open);
  quotes.Read(line);
  return quotes.open();
}

std::optional<CsvError> SplitCsv(std::string_view record, std::vector<std::string>* fields) {
  fields->clear();
  std::size_t at = 0;
  for (;;) {
    std::string& field = fields->emplace_back();
    if (at < record.size() && record[at] == '"') {
      ++at;
      for (;;) {
        const std::size_t quote = record.find('"', at);
        if (quote == std::string_view::npos) return CsvError{at, "a quoted field is not closed"};
        field.append(record.substr(at, quote - at));
        at = quote + 1;
        if (at == record.size() || record[at] != '"') break;
        field.push_back('"');
        ++at;
      }
      if (at < record.size() && record[at] != ',') {
        return CsvError{at, "text follows a closing quote"};
      }
    } else {
      const std::size_t comma = std::min(record.find(',', at), record.size());
      field = record.substr(at, comma - at);
      const std::size_t quote = field.find('"');
      if (quote != std::string::npos) {
        return CsvError{at + quote, "a quote in a field that is not quoted"};
      }
      at = comma;
    }
    if (at == record.size()) return std::nullopt;
    ++at;
  }
}

void AppendCsvField(std::string_view field, std::string* out) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out->append(field);
    return;
  }
  out->push_back('"');
  for (const char c : field) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

std::string_view StripCarriageReturn(std::string_view record) {
  if (record.ends_with('\r')) record.remove_suffix(1);
  return record;
}

}  // namespace idem::cli
