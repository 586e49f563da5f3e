// SPDX-License-Identifier: Apache-2.0
//
// MemberPath: where a value stands in a record. Dots go into objects ("properties.updated"); a
// backslash makes the next character literal, for names that hold a dot or a comma. For CSV the
// whole path is one column name, dots and all.
#pragma once

#include <idem/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace idem::cli {

struct MemberPath {
  std::string text;                   // as the user wrote it, for messages
  std::string column;                 // without escapes: the CSV column
  std::vector<std::string> segments;  // the JSON member names, outermost first

  // Errors: kInvalidArgument (an empty path or segment, a backslash at the end).
  static Result<MemberPath> Parse(std::string_view text);

  // Paths separated by commas.
  static Result<std::vector<MemberPath>> ParseList(std::string_view text);
};

}  // namespace idem::cli
