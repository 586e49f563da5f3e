// SPDX-License-Identifier: Apache-2.0
//
// CSV records: what is split and joined again splits the same, and a record that is whole needs no
// further line.

#include "cli/input/csv.h"
#include "fuzz/target.h"

#include <string>
#include <vector>

using idem::cli::SplitCsv;
using idem::fuzz::Require;

namespace {

std::string Joined(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record.push_back(',');
    idem::cli::AppendCsvField(fields[i], &record);
  }
  return record;
}

// Whether a reader that hands over line after line asks for more after the last one.
bool GoesOn(std::string_view record) {
  bool open = false;
  for (std::size_t begin = 0; begin <= record.size();) {
    const std::size_t end = std::min(record.find('\n', begin), record.size());
    open = idem::cli::CsvGoesOn(record.substr(begin, end - begin), open);
    begin = end + 1;
  }
  return open;
}

}  // namespace

IDEM_FUZZ_TARGET("csv") {
  std::vector<std::string> fields;
  if (const auto error = SplitCsv(input, &fields)) {
    Require(error->column <= input.size(), "an error is somewhere in the record");
    return;
  }
  Require(!fields.empty(), "a record has a field");
  Require(!GoesOn(input), "a record that splits is whole");
  std::vector<std::string> again;
  Require(!SplitCsv(Joined(fields), &again) && again == fields, "what is joined splits the same");
}
