// SPDX-License-Identifier: Apache-2.0

#include <idem/table_options.h>

namespace idem {

std::string_view ToString(TableMode mode) noexcept {
  switch (mode) {
    case TableMode::kAppend:
      return "append";
    case TableMode::kUpsert:
      return "upsert";
  }
  return "";
}

std::string_view ToString(TieRule rule) noexcept {
  switch (rule) {
    case TieRule::kConverge:
      return "converge";
    case TieRule::kFirstWins:
      return "first";
    case TieRule::kLastWins:
      return "last";
    case TieRule::kConflict:
      return "conflict";
  }
  return "";
}

std::string_view ToString(VersionKind kind) noexcept {
  switch (kind) {
    case VersionKind::kNone:
      return "none";
    case VersionKind::kInteger:
      return "integer";
    case VersionKind::kBytes:
      return "bytes";
    case VersionKind::kHex:
      return "hex";
  }
  return "";
}

}  // namespace idem
