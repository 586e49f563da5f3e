// SPDX-License-Identifier: Apache-2.0
//
//   definition := 01, varint32 id, sized name, mode byte, version kind byte, tie byte, flags byte,
//                 [ordered int64 horizon], [ordered int64 version max], varint32 count, sized path*
//   flags      := bit 0 canonical JSON, bit 1 horizon follows, bit 2 version max follows
//   state      := 01, varint64 rows, varint64 tombstones, varint64 event ids, fixed64 digest high,
//                 fixed64 digest low, varint64 last commit, flags byte,
//                 [ordered int64 high version], [ordered int64 floor]
//   flags      := bit 0 high version follows, bit 1 floor follows
//
// Paths are sorted and none stands twice: the order in which a host names them means nothing.

#include "codec/catalog.h"

#include "base/coding.h"
#include "base/utf8.h"
#include "codec/stored_enums.h"

#include <algorithm>

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::uint8_t kCanonicalJson = 0x01;
constexpr std::uint8_t kHorizon = 0x02;
constexpr std::uint8_t kVersionMax = 0x04;
constexpr std::uint8_t kHighVersion = 0x01;
constexpr std::uint8_t kFloor = 0x02;

std::vector<std::string> SortedPaths(const TableOptions& options) {
  std::vector<std::string> paths = options.ignored_members;
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// Ignoring members needs JSON, whether or not the host said so.
bool NeedsJson(const TableOptions& options) noexcept {
  return options.canonical_json || !options.ignored_members.empty();
}

void AppendOptional(const std::optional<std::int64_t>& value, std::string* out) {
  if (value) base::AppendOrderedInt64(*value, out);
}

bool ReadOptional(bool present, base::Reader* reader, std::optional<std::int64_t>* value) {
  value->reset();
  return !present || reader->ReadOrderedInt64(&value->emplace());
}

bool ReadPaths(base::Reader* reader, std::vector<std::string>* paths) {
  std::uint32_t count = 0;
  if (!reader->ReadVarint32(&count)) return false;
  paths->clear();
  for (std::uint32_t i = 0; i < count; ++i) {  // memory grows with what was read, not with `count`
    std::string path;
    if (!reader->ReadSized(&path) || (i > 0 && path <= paths->back())) return false;
    paths->push_back(std::move(path));
  }
  return true;
}

bool ReadOptions(base::Reader* reader, TableOptions* options) {
  VersionKind kind = VersionKind::kNone;
  std::uint8_t flags = 0;
  if (!ReadEnum(reader, TableMode::kUpsert, &options->mode) ||
      !ReadEnum(reader, VersionKind::kHex, &kind) ||
      !ReadEnum(reader, TieRule::kConflict, &options->tie) || !reader->ReadByte(&flags) ||
      flags > (kCanonicalJson | kHorizon | kVersionMax)) {
    return false;
  }
  options->version = kind;
  options->canonical_json = (flags & kCanonicalJson) != 0;
  return ReadOptional((flags & kHorizon) != 0, reader, &options->horizon) &&
         options->horizon.value_or(0) >= 0 &&
         ReadOptional((flags & kVersionMax) != 0, reader, &options->version_max) &&
         ReadPaths(reader, &options->ignored_members) &&
         (options->canonical_json || options->ignored_members.empty());
}

std::string Shown(std::string_view word) { return std::string(word); }

std::string Shown(bool value) { return value ? "true" : "false"; }

std::string Shown(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "unset";
}

std::string Shown(const std::vector<std::string>& paths) {
  std::string text = "[";
  for (const std::string& path : paths) {
    text.append(text.size() > 1 ? ", \"" : "\"");
    base::AppendEscaped(path, &text);
    text.push_back('"');
  }
  text.push_back(']');
  return text;
}

template <typename T>
void Describe(std::string_view option, const T& stored, const T& asked, std::string* text) {
  if (stored == asked) return;
  if (!text->empty()) text->append("; ");
  text->append(option).append(": stored ").append(Shown(stored));
  text->append(", asked ").append(Shown(asked));
}

}  // namespace

void AppendTableDefinition(const TableDefinition& table, std::string* out) {
  const TableOptions& options = table.options;
  const std::vector<std::string> paths = SortedPaths(options);
  const int flags = (NeedsJson(options) ? kCanonicalJson : 0) | (options.horizon ? kHorizon : 0) |
                    (options.version_max ? kVersionMax : 0);
  base::AppendByte(kRecordVersion, out);
  base::AppendVarint32(table.id, out);
  base::AppendSized(table.name, out);
  base::AppendByte(static_cast<std::uint8_t>(options.mode), out);
  base::AppendByte(static_cast<std::uint8_t>(options.version_kind()), out);
  base::AppendByte(static_cast<std::uint8_t>(options.tie), out);
  base::AppendByte(static_cast<std::uint8_t>(flags), out);
  AppendOptional(options.horizon, out);
  AppendOptional(options.version_max, out);
  base::AppendVarint32(static_cast<std::uint32_t>(paths.size()), out);
  for (const std::string& path : paths) base::AppendSized(path, out);
}

bool DecodeTableDefinition(std::string_view bytes, TableDefinition* table) {
  base::Reader reader(bytes);
  return reader.Expect(kRecordVersion) && reader.ReadVarint32(&table->id) &&
         reader.ReadSized(&table->name) && ReadOptions(&reader, &table->options) && reader.AtEnd();
}

void AppendTableState(const TableState& state, std::string* out) {
  const int flags = (state.high_version ? kHighVersion : 0) | (state.floor ? kFloor : 0);
  base::AppendByte(kRecordVersion, out);
  base::AppendVarint64(state.rows, out);
  base::AppendVarint64(state.tombstones, out);
  base::AppendVarint64(state.event_ids, out);
  base::AppendFixed64(state.digest.high, out);
  base::AppendFixed64(state.digest.low, out);
  base::AppendVarint64(state.last_commit, out);
  base::AppendByte(static_cast<std::uint8_t>(flags), out);
  AppendOptional(state.high_version, out);
  AppendOptional(state.floor, out);
}

bool DecodeTableState(std::string_view bytes, TableState* state) {
  base::Reader reader(bytes);
  std::uint8_t flags = 0;
  return reader.Expect(kRecordVersion) && reader.ReadVarint64(&state->rows) &&
         reader.ReadVarint64(&state->tombstones) && reader.ReadVarint64(&state->event_ids) &&
         reader.ReadFixed64(&state->digest.high) && reader.ReadFixed64(&state->digest.low) &&
         reader.ReadVarint64(&state->last_commit) && reader.ReadByte(&flags) &&
         flags <= (kHighVersion | kFloor) &&
         ReadOptional((flags & kHighVersion) != 0, &reader, &state->high_version) &&
         ReadOptional((flags & kFloor) != 0, &reader, &state->floor) && reader.AtEnd();
}

std::string DescribeDifference(const TableOptions& stored, const TableOptions& asked) {
  std::string text;
  Describe("mode", ToString(stored.mode), ToString(asked.mode), &text);
  Describe("version", ToString(stored.version_kind()), ToString(asked.version_kind()), &text);
  // In an append table nothing is ever tied, so the rule decides nothing.
  const bool append = stored.mode == TableMode::kAppend && asked.mode == TableMode::kAppend;
  if (!append) Describe("tie", ToString(stored.tie), ToString(asked.tie), &text);
  Describe("canonical_json", NeedsJson(stored), NeedsJson(asked), &text);
  Describe("ignored_members", SortedPaths(stored), SortedPaths(asked), &text);
  Describe("horizon", stored.horizon, asked.horizon, &text);
  Describe("version_max", stored.version_max, asked.version_max, &text);
  return text;
}

}  // namespace idem::codec
