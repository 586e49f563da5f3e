// SPDX-License-Identifier: Apache-2.0

#include "cli/input/csv.h"

#include <algorithm>

namespace idem::cli {

bool CsvGoesOn(std::string_view line, bool open) {
  bool field_start = !open;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (open) {
      // A doubled quote closes and opens again, which comes to the same.
      i = line.find('"', i);
      if (i == std::string_view::npos) return true;
      open = i + 1 < line.size() && line[i + 1] == '"';
      if (open) ++i;
    } else {
      open = field_start && line[i] == '"';
      field_start = line[i] == ',';
    }
  }
  return open;
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
