// SPDX-License-Identifier: Apache-2.0
//
// Paths of members as the user writes them.

#include "cli/input/member_path.h"
#include "fuzz/target.h"

#include <string>

using idem::cli::MemberPath;
using idem::fuzz::Require;

namespace {

std::string Escaped(const MemberPath& path) {
  std::string text;
  for (const std::string& segment : path.segments) {
    if (!text.empty()) text.push_back('.');
    for (const char c : segment) {
      text.push_back('\\');
      text.push_back(c);
    }
  }
  return text;
}

}  // namespace

IDEM_FUZZ_TARGET("member_path") {
  const idem::Result<std::vector<MemberPath>> paths = MemberPath::ParseList(input);
  if (!paths) return;
  Require(!paths->empty(), "a list has a path");
  std::string list;
  for (const MemberPath& path : *paths) {
    for (const std::string& segment : path.segments) Require(!segment.empty(), "no empty segment");
    const idem::Result<MemberPath> again = MemberPath::Parse(Escaped(path));
    Require(again && again->segments == path.segments, "a path reads back from its segments");
    Require(again->column == path.column, "escapes mean nothing for a column");
    if (!list.empty()) list.push_back(',');
    list += path.text;
  }
  Require(list == input, "a list is its paths");
}
