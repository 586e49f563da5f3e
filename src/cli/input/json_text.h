// SPDX-License-Identifier: Apache-2.0
//
// JSON texts (RFC 8259), read without losing a byte: the whole text is validated, and the members
// asked for are found as they stand in it. Numbers of any size are valid where nobody asks for
// their value, which a parser into doubles and 64-bit integers could not say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/member_path.h"

namespace idem::cli {

struct JsonError {
  std::size_t column = 0;  // the byte it was seen at
  const char* what = "";
};

// Deeper texts are refused: the reader's stack is finite.
inline constexpr int kJsonDepthMax = 1000;

// As many paths as a word has bits.
inline constexpr std::size_t kMemberPathsMax = 64;

class JsonMembers final {
 public:
  // REQUIRES: at most kMemberPathsMax paths.
  explicit JsonMembers(std::vector<MemberPath> paths);

  // Validates `text` as one JSON value and finds the members. A member asked for that comes twice
  // is an error, and so is one on the way to it: which of the two is meant, nobody can say.
  std::optional<JsonError> Read(std::string_view text);

  // The member's text as it stands in the last text read, without white space around it; nothing
  // when it is absent. Refers to that text.
  const std::optional<std::string_view>& raw(std::size_t path) const { return raw_[path]; }

  const MemberPath& path(std::size_t path) const { return paths_[path]; }
  std::size_t size() const { return paths_.size(); }

 private:
  std::vector<MemberPath> paths_;
  std::vector<std::uint64_t> longer_;  // by depth the paths with more segments than that, as bits
  std::vector<std::optional<std::string_view>> raw_;
};

// True when `text` is one valid JSON value and valid UTF-8.
bool IsJson(std::string_view text);

// The value of a JSON string, from a text that is one. False when an escape stands for half a
// surrogate pair, which is no character.
bool DecodeJsonString(std::string_view raw, std::string* decoded);

// Appends `text`, which must be valid UTF-8, as a JSON string.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace idem::cli
