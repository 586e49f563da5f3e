// SPDX-License-Identifier: Apache-2.0

#include "cli/input/member_path.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace idem::cli {

Result<MemberPath> MemberPath::Parse(std::string_view text) {
  MemberPath path;
  path.text = text;
  path.segments.emplace_back();
  bool empty_segment = text.empty();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.') {
      empty_segment = empty_segment || path.segments.back().empty();
      path.segments.emplace_back();
    } else {
      if (c == '\\') {
        if (++i == text.size()) {
          return Error(ErrorCode::kInvalidArgument,
                       fmt::format("the path '{}' ends with a backslash", text));
        }
        c = text[i];
      }
      path.segments.back().push_back(c);
    }
    path.column.push_back(c);
  }
  if (empty_segment || path.segments.back().empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is not a member path such as id or meta.id", text));
  }
  return path;
}

Result<std::vector<MemberPath>> MemberPath::ParseList(std::string_view text) {
  std::vector<MemberPath> paths;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i + 1 < text.size() && text[i] == '\\') {
      ++i;
      continue;
    }
    if (i < text.size() && text[i] != ',') continue;
    Result<MemberPath> path = Parse(text.substr(begin, i - begin));
    if (!path) return path.error();
    paths.push_back(std::move(*path));
    begin = i + 1;
  }
  return paths;
}

}  // namespace idem::cli
