// SPDX-License-Identifier: Apache-2.0

#include "cli/input/unit_reader.h"

namespace idem::cli {

InputFormat FormatOfName(const std::string& path) {
  std::string_view name = path;
  for (const std::string_view compressed : {".gz", ".zst"}) {
    if (name.ends_with(compressed)) name.remove_suffix(compressed.size());
  }
  return name.ends_with(".csv") || name.ends_with(".CSV") ? InputFormat::kCsv
                                                          : InputFormat::kNdjson;
}

Result<std::unique_ptr<UnitReader>> UnitReader::Open(const std::string& path, InputFormat format,
                                                     std::size_t unit_bytes_max) {
  Result<std::unique_ptr<ByteSource>> source = ByteSource::Open(path);
  if (!source) return source.error();
  return std::unique_ptr<UnitReader>(new UnitReader(std::move(*source), format, unit_bytes_max));
}

Result<bool> UnitReader::Next(Unit* unit) {
  if (format_ == InputFormat::kNdjson) return lines_.Next(unit);
  quotes_ = CsvQuotes();
  Result<bool> got = NextCsvLine(unit);
  if (!got || !*got || !quotes_.open()) return got;
  return Continue(unit);
}

// A line with quotes that are open has to be followed to its end even when it is too long: what
// comes after it is the rest of a field, and would pass for records.
Result<bool> UnitReader::NextCsvLine(Unit* line) {
  Result<bool> got = lines_.Next(line, &quotes_);
  if (got && *got && !line->overlong) quotes_.Read(line->text);
  return got;
}

// A quoted field holds a line break: the record goes on with the next line.
Result<bool> UnitReader::Continue(Unit* record) {
  record_ = record->text;
  while (quotes_.open() && record->terminated) {
    Unit line;
    Result<bool> got = NextCsvLine(&line);
    if (!got) return got.error();
    if (!*got) {
      record->terminated = false;  // the input ends within the quotes
      break;
    }
    ++record->lines;
    record->bytes += 1 + line.bytes;
    record->terminated = line.terminated;
    record->overlong = record->overlong || record->bytes > unit_bytes_max_;
    if (!record->overlong) record_.append(1, '\n').append(line.text);
  }
  if (record->overlong && record_.size() > kOverlongBytesKept) record_.resize(kOverlongBytesKept);
  record->text = record_;
  return true;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace idem::cli
