// SPDX-License-Identifier: Apache-2.0
//
// Fields: the values a record of the input has at the paths asked for, the same for NDJSON and CSV.
#pragma once

#include <idem/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/member_path.h"

namespace idem::cli {

// Why a line cannot be made into a record.
struct LineError {
  std::size_t column = 0;
  std::string reason;
};

// Valid as long as the record that it was read from.
struct FieldValue {
  enum class Kind : std::uint8_t { kAbsent, kNull, kBool, kInteger, kDouble, kString, kOther };
  Kind kind = Kind::kAbsent;  // kOther: a JSON object or array
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text;  // of a string: part of the record, or `decoded`
  std::string decoded;    // where the record has escapes

  bool empty() const noexcept { return kind == Kind::kAbsent || kind == Kind::kNull; }
};

class Fields {
 public:
  static std::unique_ptr<Fields> ForNdjson(std::vector<MemberPath> paths);

  // `header` is the file's first record. Errors: kInvalidArgument (a path names no column, or two).
  static Result<std::unique_ptr<Fields>> ForCsv(std::vector<MemberPath> paths,
                                                std::string_view header);
  virtual ~Fields() = default;
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // Reads one record, which must outlive the calls below.
  virtual std::optional<LineError> Read(std::string_view record) = 0;

  // The value at a path. An error where it has no exact one: a number too large, half a character.
  virtual std::optional<LineError> Get(std::size_t path, FieldValue* value) const = 0;

  // The bytes at a path as they stand in the input; nothing when it is absent. In CSV the field's
  // content.
  virtual std::optional<std::string_view> Raw(std::size_t path) const = 0;

  // The whole record as a value.
  virtual std::string_view Whole() const = 0;

  // CSV has no types: a text that reads as an integer may be one.
  virtual bool typed() const = 0;

 protected:
  Fields() = default;
};

// The value of a JSON text that is valid; the strings, numbers and words, not objects and arrays.
std::optional<LineError> DecodeJsonScalar(std::string_view raw, FieldValue* value);

// A whole text as a decimal 64-bit integer.
std::optional<std::int64_t> ParseInteger(std::string_view text);

}  // namespace idem::cli
