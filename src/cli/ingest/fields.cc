// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/fields.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "cli/input/csv.h"
#include "cli/input/json_text.h"

namespace idem::cli {
namespace {

std::string_view WithoutSpace(std::string_view json) {
  constexpr const char* kSpace = " \t\r\n";
  json.remove_prefix(std::min(json.find_first_not_of(kSpace), json.size()));
  return json.substr(0, json.find_last_not_of(kSpace) + 1);
}

bool IsUtf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}
constexpr const char* kUtf16Hint =
    "; it looks like UTF-16: iconv -f UTF-16 -t UTF-8 FILE makes UTF-8 of it";

// What somebody may do whose file is JSON, but has no such lines.
const char* HintOf(std::string_view line) {
  if (IsUtf16(line)) return kUtf16Hint;
  if (line.starts_with('['))
    return "; a line is one object: jq -c '.[]' FILE makes lines of an array";
  return line == "{" ? "; a line is one whole object: jq -c . FILE makes such lines" : "";
}

// One that is no part of a line end: whole files have been taken for a header.
bool HasBareCarriageReturn(std::string_view header) {
  std::size_t at = header.find('\r');
  while (at != std::string_view::npos && header.substr(at + 1).starts_with('\n')) {
    at = header.find('\r', at + 1);
  }
  return at != std::string_view::npos;
}

class NdjsonFields final : public Fields {
 public:
  explicit NdjsonFields(std::vector<MemberPath> paths) : members_(std::move(paths)) {}

  std::optional<LineError> Read(std::string_view record) override {
    whole_ = record;
    const std::string_view text = WithoutSpace(record);
    const std::optional<JsonError> error = members_.Read(record);
    if (!error && text.starts_with('{')) return std::nullopt;
    const char* what = error ? error->what : "this is no JSON object";
    return LineError{error ? error->column : 0, std::string(what) + HintOf(text)};
  }

  std::optional<LineError> Get(std::size_t path, FieldValue* value) const override {
    value->kind = FieldValue::Kind::kAbsent;
    const std::optional<std::string_view>& raw = members_.raw(path);
    if (!raw) return std::nullopt;
    std::optional<LineError> error = DecodeJsonScalar(*raw, value);
    if (error) {
      error->column = static_cast<std::size_t>(raw->data() - whole_.data());
      error->reason = fmt::format("{}: {}", members_.path(path).text, error->reason);
    }
    return error;
  }

  std::optional<std::string_view> Raw(std::size_t path) const override {
    return members_.raw(path);
  }
  // As any member: white space around the text, such as the "\r" of a line end, is none of it.
  std::string_view Whole() const override { return WithoutSpace(whole_); }
  bool typed() const override { return true; }

 private:
  JsonMembers members_;
  std::string_view whole_;
};

class CsvFields final : public Fields {
 public:
  CsvFields(std::vector<std::size_t> columns, std::size_t width)
      : columns_(std::move(columns)), width_(width) {}

  std::optional<LineError> Read(std::string_view record) override {
    whole_ = StripCarriageReturn(record);
    if (!simdjson::validate_utf8(whole_.data(), whole_.size())) {
      return LineError{0, "not valid UTF-8"};
    }
    const std::optional<CsvError> error = SplitCsv(whole_, &fields_);
    if (error) return LineError{error->column, error->what};
    if (fields_.size() != width_) {
      return LineError{0, fmt::format("{} fields where the header has {}", fields_.size(), width_)};
    }
    return std::nullopt;
  }

  std::optional<LineError> Get(std::size_t path, FieldValue* value) const override {
    value->kind = FieldValue::Kind::kString;
    value->text = fields_[columns_[path]];
    return std::nullopt;
  }

  std::optional<std::string_view> Raw(std::size_t path) const override {
    return fields_[columns_[path]];
  }
  std::string_view Whole() const override { return whole_; }
  bool typed() const override { return false; }

 private:
  std::vector<std::size_t> columns_;  // by path
  std::size_t width_;
  std::vector<std::string> fields_;
  std::string_view whole_;
};

std::optional<LineError> DecodeNumber(std::string_view raw, FieldValue* value) {
  const char* end = raw.data() + raw.size();
  value->kind = FieldValue::Kind::kInteger;
  const auto [integer_end, integer_code] = std::from_chars(raw.data(), end, value->integer);
  if (integer_end == end) {
    if (integer_code == std::errc()) return std::nullopt;
    return LineError{0, "an integer outside the 64-bit range"};
  }
  value->kind = FieldValue::Kind::kDouble;
  const auto [at, code] = std::from_chars(raw.data(), end, value->number);
  if (code == std::errc()) return std::nullopt;
  return LineError{0, "a number outside the range of a double"};
}

}  // namespace

std::optional<LineError> DecodeJsonScalar(std::string_view raw, FieldValue* value) {
  switch (raw.front()) {
    case '{':
    case '[':
      value->kind = FieldValue::Kind::kOther;
      return std::nullopt;
    case 'n':
      value->kind = FieldValue::Kind::kNull;
      return std::nullopt;
    case 't':
    case 'f':
      value->kind = FieldValue::Kind::kBool;
      value->boolean = raw.front() == 't';
      return std::nullopt;
    case '"': {
      value->kind = FieldValue::Kind::kString;
      value->text = raw.substr(1, raw.size() - 2);
      if (value->text.find('\\') == std::string_view::npos) return std::nullopt;
      if (!DecodeJsonString(raw, &value->decoded)) {
        return LineError{0, "half a surrogate pair in a string"};
      }
      value->text = value->decoded;
      return std::nullopt;
    }
    default:
      return DecodeNumber(raw, value);
  }
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || at != end) return std::nullopt;
  return value;
}

std::unique_ptr<Fields> Fields::ForNdjson(std::vector<MemberPath> paths) {
  return std::make_unique<NdjsonFields>(std::move(paths));
}

Result<std::unique_ptr<Fields>> Fields::ForCsv(std::vector<MemberPath> paths,
                                               std::string_view header) {
  header = StripCarriageReturn(header);
  if (IsUtf16(header)) {
    return Error(ErrorCode::kInvalidArgument, std::string("the header is not UTF-8") + kUtf16Hint);
  }
  if (HasBareCarriageReturn(header)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the header holds a carriage return without a line feed; lines end with LF or "
                 "CRLF: tr '\\r' '\\n' < FILE makes such lines of it");
  }
  std::vector<std::string> names;
  const std::optional<CsvError> error = SplitCsv(header, &names);
  if (error) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("the header: {}", error->what));
  }
  std::vector<std::size_t> columns;
  for (const MemberPath& path : paths) {
    const auto count = std::count(names.begin(), names.end(), path.column);
    if (count != 1) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("the header has {} column named '{}'; it has: {}",
                      count == 0 ? "no" : "more than one", path.column, fmt::join(names, ", ")));
    }
    const auto found = std::find(names.begin(), names.end(), path.column);
    columns.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return std::unique_ptr<Fields>(new CsvFields(std::move(columns), names.size()));
}

}  // namespace idem::cli
