// SPDX-License-Identifier: Apache-2.0
//
// The command's JSON reader, beside another one that knows nothing of it: both take the same texts,
// and what is found at a path is a value that stands in the text.

#include "cli/input/json_text.h"
#include "fuzz/target.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

using idem::cli::JsonMembers;
using idem::fuzz::Require;

namespace {

// The other reader reads numbers into doubles: it refuses what is too large for one.
bool IsJsonForOthers(std::string_view text) {
  return nlohmann::json::accept(text.begin(), text.end());
}

bool HasNumber(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

std::optional<std::string> Decoded(std::string_view raw) {
  std::string text;
  return idem::cli::DecodeJsonString(raw, &text) ? std::optional(text) : std::nullopt;
}

void CheckString(std::string_view raw) {
  const std::optional<std::string> text = Decoded(raw);
  if (!text) return;
  std::string again;
  idem::cli::AppendJsonString(*text, &again);
  Require(Decoded(again) == *text, "a string reads back from its JSON");
}

}  // namespace

IDEM_FUZZ_TARGET("json") {
  JsonMembers members(idem::cli::MemberPath::ParseList("a,a.b,b,c.a.b").value());
  const auto error = members.Read(input);
  if (error) Require(error->column <= input.size(), "an error is somewhere in the text");
  if (idem::cli::IsJson(input)) {
    Require(IsJsonForOthers(input) || HasNumber(input), "what is taken is JSON");
  } else {
    Require(error.has_value(), "members are found in JSON alone");
    // The other one also passes over a byte order mark, and ends at a 00.
    Require(!IsJsonForOthers(input) || input.starts_with("\xef\xbb\xbf") ||
                input.find('\0') != std::string_view::npos,
            "JSON is taken");
  }
  if (error) return;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto raw = members.raw(i);
    if (!raw) continue;
    Require(raw->data() >= input.data() && raw->data() + raw->size() <= input.data() + input.size(),
            "a member stands in the text");
    Require(idem::cli::IsJson(*raw), "a member is a value");
    if (raw->front() == '"') CheckString(*raw);
  }
}
