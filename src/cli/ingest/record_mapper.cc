// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/record_mapper.h"

#include <fmt/format.h>
#include <idem/limits.h>

#include <algorithm>
#include <utility>

namespace idem::cli {
namespace {

using Kind = FieldValue::Kind;

// Appends the part that `value` stands for; false for one that is absent.
bool AppendPart(const FieldValue& value, std::vector<KeyPart>* parts) {
  switch (value.kind) {
    case Kind::kNull:
      parts->emplace_back(nullptr);
      return true;
    case Kind::kBool:
      parts->emplace_back(value.boolean);
      return true;
    case Kind::kInteger:
      parts->emplace_back(value.integer);
      return true;
    case Kind::kDouble:
      parts->emplace_back(value.number);
      return true;
    case Kind::kString:
      parts->emplace_back(value.text);
      return true;
    default:
      return false;
  }
}

LineError NotUsable(const MemberPath& path, std::string_view what) {
  return LineError{0, fmt::format("{}: {}", path.text, what)};
}

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

// As the library has it, which refuses the whole batch for the name of one record. That the text is
// UTF-8 was seen when the line was read.
bool IsName(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::none_of(text.begin(), text.end(), IsControl);
}
static_assert(kSourceNameBytesMax == kPartitionNameBytesMax, "one text tells the limit of both");

LineError NoName(const MemberPath& path, std::string_view what) {
  return NotUsable(path, fmt::format("{} is no name of 1 to {} bytes without control characters",
                                     what, kSourceNameBytesMax));
}

}  // namespace

Result<std::unique_ptr<RecordMapper>> RecordMapper::Make(const IngestOptions& options,
                                                         const std::optional<std::string>& header) {
  std::unique_ptr<RecordMapper> mapper(new RecordMapper(options));
  std::vector<MemberPath> paths = options.key;
  mapper->event_id_path_ = paths.size();
  paths.insert(paths.end(), options.event_id.begin(), options.event_id.end());
  const auto add = [&paths](const std::optional<MemberPath>& path) {
    if (path) paths.push_back(*path);
    return paths.size() - 1;
  };
  mapper->version_path_ = add(options.version);
  mapper->value_path_ = add(options.value);
  if (options.delete_when) mapper->delete_path_ = add(options.delete_when->path);
  for (std::size_t i = 0; i < options.event_id.size(); ++i) {
    mapper->unseen_.push_back(
        {mapper->event_id_path_ + i, fmt::format("'{}' (--event-id)", options.event_id[i].text)});
  }
  if (options.delete_when) {
    mapper->unseen_.push_back({mapper->delete_path_, fmt::format("'{}' (--delete-when)",
                                                                 options.delete_when->path.text)});
  }
  mapper->source_path_ = add(options.source_field);
  mapper->partition_path_ = add(options.partition);
  mapper->offset_path_ = add(options.offset);

  mapper->key_values_.resize(options.key.size());
  mapper->event_id_values_.resize(options.event_id.size());
  if (header) {
    Result<std::unique_ptr<Fields>> fields = Fields::ForCsv(std::move(paths), *header);
    if (!fields) return fields.error();
    mapper->fields_ = std::move(*fields);
  } else {
    mapper->fields_ = Fields::ForNdjson(std::move(paths));
  }
  return mapper;
}

std::optional<LineError> RecordMapper::Map(std::string_view text, MappedRecord* record) {
  record->key.clear();
  record->event_id.clear();
  version_value_.kind = Kind::kAbsent;
  std::optional<LineError> error = fields_->Read(text);
  if (!error) LookForUnseen();
  if (!error) error = MapKey(record);
  if (!error) error = MapEventId(record);
  if (!error) error = MapVersion(record);
  if (!error) error = MapDelete(record);
  if (!error) error = MapValue(record);
  if (!error) error = MapPosition(record);
  return error;
}

void RecordMapper::LookForUnseen() {
  read_a_line_ = true;
  if (unseen_.empty()) return;
  std::erase_if(unseen_,
                [this](const Unseen& member) { return fields_->Raw(member.path).has_value(); });
}

std::optional<std::vector<std::string>> RecordMapper::UnseenMembers() const {
  if (!read_a_line_) return std::nullopt;
  std::vector<std::string> texts;
  for (const Unseen& member : unseen_) texts.push_back(member.text);
  return texts;
}

std::optional<LineError> RecordMapper::ReadPart(std::size_t path, const MemberPath& name,
                                                FieldValue* value) {
  std::optional<LineError> error = fields_->Get(path, value);
  if (!error && value->kind == Kind::kOther) {
    error = NotUsable(name, "an object or array where a single value is needed");
  }
  return error;
}

std::optional<LineError> RecordMapper::MapKey(MappedRecord* record) {
  bool complete = true;
  for (std::size_t i = 0; i < options_.key.size(); ++i) {
    std::optional<LineError> error = ReadPart(i, options_.key[i], &key_values_[i]);
    if (error) return error;
    complete = AppendPart(key_values_[i], &record->key) && complete;
  }
  if (!complete) record->key.clear();
  return std::nullopt;
}

std::string_view RecordMapper::MissingKeyMember() const {
  for (std::size_t i = 0; i < key_values_.size(); ++i) {
    if (key_values_[i].kind == Kind::kAbsent) return options_.key[i].text;
  }
  return {};
}

std::optional<LineError> RecordMapper::MapEventId(MappedRecord* record) {
  bool complete = true;
  for (std::size_t i = 0; i < options_.event_id.size(); ++i) {
    FieldValue* value = &event_id_values_[i];
    std::optional<LineError> error = ReadPart(event_id_path_ + i, options_.event_id[i], value);
    if (error) return error;
    const bool nothing = value->empty() || (!fields_->typed() && value->text.empty());
    complete = !nothing && AppendPart(*value, &record->event_id) && complete;
  }
  if (!complete) record->event_id.clear();
  return std::nullopt;
}

std::optional<LineError> RecordMapper::MapVersion(MappedRecord* record) {
  record->version = Version();
  if (!options_.version) return std::nullopt;
  std::optional<LineError> error = ReadPart(version_path_, *options_.version, &version_value_);
  if (error || version_value_.empty()) return error;
  if (version_value_.kind == Kind::kInteger) {
    record->version = Version(version_value_.integer);
  } else if (version_value_.kind != Kind::kString) {
    return NotUsable(*options_.version, "a version is an integer or a string");
  } else if (!fields_->typed() && version_value_.text.empty()) {
    version_value_.kind = Kind::kAbsent;  // an empty field: no version
  } else if (fields_->typed() || version_kind_ != VersionKind::kInteger) {
    record->version = Version(version_value_.text);
  } else if (const std::optional<std::int64_t> number = ParseInteger(version_value_.text)) {
    record->version = Version(*number);
  } else {
    return NotUsable(*options_.version, "the table's versions are 64-bit integers, this is none");
  }
  return std::nullopt;
}

std::optional<VersionKind> RecordMapper::SuggestedVersionKind() const {
  if (version_value_.kind == Kind::kInteger) return VersionKind::kInteger;
  if (version_value_.kind != Kind::kString) return std::nullopt;
  const bool integer = !fields_->typed() && ParseInteger(version_value_.text).has_value();
  return integer ? VersionKind::kInteger : VersionKind::kBytes;
}

std::optional<LineError> RecordMapper::MapDelete(MappedRecord* record) {
  record->is_delete = false;
  if (!options_.delete_when) return std::nullopt;
  const std::optional<std::string_view> raw = fields_->Raw(delete_path_);
  if (!raw) return std::nullopt;
  record->is_delete = *raw == options_.delete_when->value;
  if (record->is_delete || !fields_->typed() || raw->front() != '"') return std::nullopt;
  std::optional<LineError> error = fields_->Get(delete_path_, &scratch_);
  if (!error) record->is_delete = scratch_.text == options_.delete_when->value;
  return error;
}

std::optional<LineError> RecordMapper::MapValue(MappedRecord* record) {
  record->value = {};
  if (record->is_delete) return std::nullopt;
  if (!options_.value) {
    record->value = fields_->Whole();
    return std::nullopt;
  }
  const std::optional<std::string_view> raw = fields_->Raw(value_path_);
  if (!raw) return NotUsable(*options_.value, "the value is absent");
  record->value = *raw;
  return std::nullopt;
}

std::optional<LineError> RecordMapper::MapPosition(MappedRecord* record) {
  if (!options_.offset) return std::nullopt;
  std::optional<LineError> error = fields_->Get(offset_path_, &scratch_);
  if (error) return error;
  std::optional<std::int64_t> offset;
  if (scratch_.kind == Kind::kInteger) offset = scratch_.integer;
  if (scratch_.kind == Kind::kString && !fields_->typed()) offset = ParseInteger(scratch_.text);
  if (!offset) return NotUsable(*options_.offset, "the offset is absent or no 64-bit integer");
  record->offset = *offset;

  if (options_.source) record->source = *options_.source;
  if (options_.source_field) {
    error = fields_->Get(source_path_, &source_value_);
    if (error) return error;
    if (source_value_.kind != Kind::kString) {
      return NotUsable(*options_.source_field, "the source is absent or no string");
    }
    if (!IsName(source_value_.text, kSourceNameBytesMax)) {
      return NoName(*options_.source_field, "the source");
    }
    record->source = source_value_.text;
  }
  return MapPartition(record);
}

std::optional<LineError> RecordMapper::MapPartition(MappedRecord* record) {
  record->partition = PartitionRef(0);
  if (!options_.partition) return std::nullopt;
  std::optional<LineError> error = fields_->Get(partition_path_, &partition_value_);
  if (error) return error;
  if (!fields_->typed()) {
    if (const std::optional<std::int64_t> number = ParseInteger(partition_value_.text)) {
      record->partition = PartitionRef(*number);
      return std::nullopt;
    }
  }
  if (partition_value_.kind == Kind::kInteger) {
    record->partition = PartitionRef(partition_value_.integer);
  } else if (partition_value_.kind != Kind::kString) {
    return NotUsable(*options_.partition, "the partition is absent or no integer or string");
  } else if (!IsName(partition_value_.text, kPartitionNameBytesMax)) {
    return NoName(*options_.partition, "the partition");
  } else {
    record->partition = PartitionRef(partition_value_.text);
  }
  return std::nullopt;
}

void MappedRecord::AddTo(const Table& table, Batch* batch) const {
  WriteOptions write{.version = version};
  if (!event_id.empty()) write.event_id = KeyRef(event_id);
  if (is_delete) {
    batch->Delete(table, key, write);
  } else if (table.options().mode == TableMode::kUpsert) {
    batch->Upsert(table, key, value, write);
  } else {
    batch->Insert(table, key, value, write);
  }
}

}  // namespace idem::cli
