// SPDX-License-Identifier: Apache-2.0
//
// RecordMapper: turns one line of the input into one record: its key, version, event id, value and
// position. What it cannot turn into a record it refuses with a reason; what is wrong with a record
// (no key, no version) it leaves to the library to say.
#pragma once

#include <idem/batch.h>
#include <idem/record.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ingest/fields.h"
#include "cli/ingest/ingest_options.h"

namespace idem::cli {

// Views of the text that was mapped and of the mapper's memory, valid until the next Map.
struct MappedRecord {
  std::vector<KeyPart> key;  // empty: a member is absent
  Version version;
  std::vector<KeyPart> event_id;  // empty: none
  std::string_view value;
  bool is_delete = false;

  // Only with --offset.
  std::string_view source;
  PartitionRef partition = 0;
  std::int64_t offset = 0;

  // With the call that the table takes; a position is to be given before.
  void AddTo(const Table& table, Batch* batch) const;
};

class RecordMapper final {
 public:
  // `header` is set for CSV. Options with an offset name the source, too.
  // Errors: kInvalidArgument (a column that the header does not have).
  static Result<std::unique_ptr<RecordMapper>> Make(const IngestOptions& options,
                                                    const std::optional<std::string>& header);

  // Tells what the table takes: CSV fields are then read as that.
  void set_version_kind(VersionKind kind) { version_kind_ = kind; }

  std::optional<LineError> Map(std::string_view text, MappedRecord* record);

  // The first member of the key that the last record does not have; empty when it has all.
  std::string_view MissingKeyMember() const;

  // The members that lines may lack and each line so far did, with their options; nothing when no
  // line was read. A member with a slip in it is among them.
  std::optional<std::vector<std::string>> UnseenMembers() const;

  // The kind that the version of the last record read speaks for; nothing when it has none.
  std::optional<VersionKind> SuggestedVersionKind() const;

 private:
  explicit RecordMapper(const IngestOptions& options) : options_(options) {}

  void LookForUnseen();
  std::optional<LineError> MapKey(MappedRecord* record);
  std::optional<LineError> MapEventId(MappedRecord* record);
  std::optional<LineError> MapVersion(MappedRecord* record);
  std::optional<LineError> MapDelete(MappedRecord* record);
  std::optional<LineError> MapValue(MappedRecord* record);
  std::optional<LineError> MapPosition(MappedRecord* record);
  std::optional<LineError> MapPartition(MappedRecord* record);
  std::optional<LineError> ReadPart(std::size_t path, const MemberPath& name, FieldValue* value);

  const IngestOptions& options_;
  std::unique_ptr<Fields> fields_;
  VersionKind version_kind_ = VersionKind::kNone;

  // Where each member is among the paths of `fields_`; those of the key come first.
  std::size_t event_id_path_ = 0;
  std::size_t version_path_ = 0;
  std::size_t value_path_ = 0;
  std::size_t delete_path_ = 0;
  std::size_t source_path_ = 0;
  std::size_t partition_path_ = 0;
  std::size_t offset_path_ = 0;

  struct Unseen {
    std::size_t path;
    std::string text;
  };
  std::vector<Unseen> unseen_;
  bool read_a_line_ = false;

  // What the views of a MappedRecord refer to.
  std::vector<FieldValue> key_values_;
  std::vector<FieldValue> event_id_values_;
  FieldValue version_value_;
  FieldValue source_value_;
  FieldValue partition_value_;
  FieldValue scratch_;
};

}  // namespace idem::cli
