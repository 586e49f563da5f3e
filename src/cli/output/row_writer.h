// SPDX-License-Identifier: Apache-2.0
//
// Rows in the formats of `idem scan`.
#pragma once

#include <idem/row.h>

#include <cstdint>
#include <string>

namespace idem::cli {

enum class RowFormat : std::uint8_t {
  kNdjson,  // {"key":..,"version":..,"commit":n,"value":..} a line
  kTsv,     // key TAB version TAB value bytes, a line
  kCsv,     // RFC 4180 with the header key,version,value
  kJson,    // {"rows":[{..},..]}, one object for all
};

class RowWriter final {
 public:
  explicit RowWriter(RowFormat format) : format_(format) {}

  void Begin(std::string* out) const;
  void Append(const Row& row, std::string* out);
  void End(std::string* out) const;

 private:
  RowFormat format_;
  bool first_ = true;
  std::string field_;
};

// The row as one JSON object, without a line end.
void AppendRowJson(const Row& row, std::string* out);

}  // namespace idem::cli
