// SPDX-License-Identifier: Apache-2.0

#include "cli/input/unit_reader.h"

#include "cli/input/csv.h"

namespace idem::cli {

InputFormat FormatOfName(const std::string& path) {
  std::string_view name = path;
  for (const std::string_view compressed : {".gz", ".zst"}) {
    if (name.ends_with(compressed)) name.remove_suffix(compressed.size());
  }
  return name.ends_with(".csv") || name.ends_with(".CSV") ? InputFormat::kCsv
                                                          : InputFormat::kNdjson;
}

Result<std::unique_ptr<UnitReader>> UnitReader::Open(const std::string& path, InputFormat format) {
  Result<std::unique_ptr<ByteSource>> source = ByteSource::Open(path);
  if (!source) return source.error();
  return std::unique_ptr<UnitReader>(new UnitReader(std::move(*source), format));
}

Result<bool> UnitReader::Next(Unit* unit) {
  Result<bool> got = lines_.Next(unit);
  if (!got || !*got || format_ == InputFormat::kNdjson || unit->overlong) return got;
  if (!CsvGoesOn(StripCarriageReturn(unit->text), false)) return true;
  return Continue(unit);
}

// A quoted field holds a line break: the record goes on with the next line.
Result<bool> UnitReader::Continue(Unit* record) {
  record_ = record->text;
  bool open = true;
  while (open && record->terminated) {
    Unit line;
    Result<bool> got = lines_.Next(&line);
    if (!got) return got.error();
    if (!*got) {
      record->terminated = false;  // the input ends within the quotes
      break;
    }
    open = CsvGoesOn(line.text, true);
    ++record->lines;
    record->bytes += 1 + line.bytes;
    record->terminated = line.terminated;
    record->overlong = record->overlong || record->bytes > kLineBytesMax;
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
