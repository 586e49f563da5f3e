// SPDX-License-Identifier: Apache-2.0
//
// CsvHead: the header of a CSV file and the blank lines before it. They count as read together, as
// one unit: a checkpoint never stands between them, because what follows cannot be read without the
// header.
#pragma once

#include <string>

#include "cli/input/unit_reader.h"

namespace idem::cli {

class CsvHead final {
 public:
  // The file's next record. True when it is the header; nothing is to be added then.
  bool Add(const Unit& unit);

  // All that was added. Its text is valid until more is added, and as long as this lives.
  Unit unit() const;

  const std::string& header() const noexcept { return header_; }

 private:
  Unit unit_;
  std::string text_;
  std::string header_;
};

}  // namespace idem::cli
