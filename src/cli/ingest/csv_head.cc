// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/csv_head.h"

namespace idem::cli {

bool CsvHead::Add(const Unit& unit) {
  if (unit.line == 0) {
    unit_ = unit;
  } else {
    text_.push_back('\n');
    unit_.lines += unit.lines;
    unit_.bytes += 1 + unit.bytes;
    unit_.terminated = unit.terminated;
  }
  text_.append(unit.text);
  if (IsBlank(unit.text)) return false;
  header_ = unit.text;
  return true;
}

Unit CsvHead::unit() const {
  Unit unit = unit_;
  unit.text = text_;
  return unit;
}

}  // namespace idem::cli
