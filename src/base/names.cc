// SPDX-License-Identifier: Apache-2.0

#include "base/names.h"

#include "base/utf8.h"

#include <idem/limits.h>

#include <fmt/format.h>
#include <algorithm>
#include <string>

namespace idem::base {
namespace {

constexpr std::size_t kShownBytes = 64;

// A name as it may stand in a message: hostile bytes must not reach a terminal or a log as they
// are.
std::string Shown(std::string_view name) {
  std::string shown = "\"";
  AppendEscaped(name.substr(0, kShownBytes), &shown);
  shown.append(name.size() > kShownBytes ? "\"..." : "\"");
  return shown;
}

Error Invalid(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

bool IsTableNameByte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool IsControl(char c) noexcept { return (c >= 0 && c < 0x20) || c == 0x7f; }

bool IsPlainName(std::string_view name, std::size_t bytes_max) noexcept {
  return !name.empty() && name.size() <= bytes_max && IsUtf8(name) &&
         std::none_of(name.begin(), name.end(), IsControl);
}

Result<void> CheckSize(std::string_view what, std::string_view bytes, std::size_t bytes_max) {
  if (bytes.size() <= bytes_max) return {};
  return Invalid(
      fmt::format("{} has {} bytes; shorten it to at most {}", what, bytes.size(), bytes_max));
}

}  // namespace

Result<void> CheckTableName(std::string_view name) {
  const bool valid = !name.empty() && name.size() <= kTableNameBytesMax && name != "." &&
                     name != ".." && std::all_of(name.begin(), name.end(), IsTableNameByte);
  if (valid) return {};
  return Invalid(
      fmt::format("table name {} is not allowed; use 1 to {} letters, digits, '_', '-' "
                  "or '.', and neither \".\" nor \"..\"",
                  Shown(name), kTableNameBytesMax));
}

Result<void> CheckSourceName(std::string_view name) {
  if (IsPlainName(name, kSourceNameBytesMax)) return {};
  return Invalid(
      fmt::format("source name {} is not allowed; use 1 to {} bytes of UTF-8 without "
                  "control characters",
                  Shown(name), kSourceNameBytesMax));
}

Result<void> CheckPartition(PartitionRef partition) {
  if (!partition.is_name() || IsPlainName(partition.name(), kPartitionNameBytesMax)) return {};
  return Invalid(
      fmt::format("partition name {} is not allowed; use a number, or 1 to {} bytes of "
                  "UTF-8 without control characters",
                  Shown(partition.name()), kPartitionNameBytesMax));
}

Result<void> CheckIncarnation(std::string_view incarnation) {
  return CheckSize("the source incarnation", incarnation, kIncarnationBytesMax);
}

Result<void> CheckNote(std::string_view note) {
  return CheckSize("the checkpoint note", note, kCheckpointNoteBytesMax);
}

Result<void> CheckTokenName(std::string_view name) {
  if (name.empty()) return Invalid("the batch token is empty; give it a name");
  if (name.find('\0') != std::string_view::npos) {
    return Invalid("the batch token holds a 00 byte; use a name without one");
  }
  return CheckSize("the batch token", name, kTokenBytesMax);
}

}  // namespace idem::base
