// SPDX-License-Identifier: Apache-2.0
//
// Names and other words of the host's: what is allowed is what the header says, and what is refused
// reaches no terminal as it is.

#include "base/names.h"
#include "base/utf8.h"
#include "fuzz/target.h"

#include <idem/limits.h>

#include <algorithm>
#include <string>

using idem::fuzz::Require;

namespace {

void CheckShown(const idem::Result<void>& result) {
  if (result) return;
  const std::string& message = result.error().message();
  Require(idem::base::IsUtf8(message), "a message is UTF-8");
  Require(std::none_of(message.begin(), message.end(),
                       [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }),
          "a message holds no control characters");
}

bool IsTableName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && name.size() <= idem::kTableNameBytesMax && name != "." && name != ".." &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

IDEM_FUZZ_TARGET("names") {
  const auto table = idem::base::CheckTableName(input);
  Require(table.has_value() == IsTableName(input), "table names are as the header says");
  const auto source = idem::base::CheckSourceName(input);
  Require(!source || input.find('\0') == std::string_view::npos, "a source's name holds no 00");
  Require(!source || idem::base::IsUtf8(input), "a source's name is UTF-8");
  const auto partition = idem::base::CheckPartition(input);
  Require(partition.has_value() == source.has_value(), "partitions are named as sources are");
  const auto token = idem::base::CheckTokenName(input);
  Require(!token || input.find('\0') == std::string_view::npos, "a token holds no 00");
  for (const auto* result : {&table, &source, &partition, &token}) CheckShown(*result);
  CheckShown(idem::base::CheckNote(input));
  CheckShown(idem::base::CheckIncarnation(input));
}
