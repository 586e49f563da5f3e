// SPDX-License-Identifier: Apache-2.0
//
// What `idem ingest` was asked to do, with paths and words understood.
#pragma once

#include <idem/options.h>
#include <idem/table_options.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/input/member_path.h"
#include "cli/input/unit_reader.h"

namespace idem::cli {

struct DeleteWhen {
  MemberPath path;
  std::string value;
};

struct IngestOptions {
  std::string db;
  std::string table;
  std::vector<std::string> files;  // "-": standard input; never empty
  std::optional<InputFormat> format;

  std::vector<MemberPath> key;
  std::vector<MemberPath> event_id;  // empty: none
  std::optional<MemberPath> version;
  std::optional<MemberPath> value;  // unset: the whole line
  std::optional<DeleteWhen> delete_when;

  std::optional<std::string> source;
  std::optional<MemberPath> source_field;
  std::optional<MemberPath> partition;
  std::optional<MemberPath> offset;

  // The table's definition, as far as it was given.
  std::optional<TableMode> mode;
  std::optional<VersionKind> version_kind;
  std::optional<TieRule> tie;
  std::optional<std::vector<std::string>> ignored_members;
  bool canonical_json = false;

  std::size_t batch_records = 1000;
  Durability durability = Durability::kSync;
  InvalidPolicy on_invalid = InvalidPolicy::kRejectBatch;
  bool from_start = false;
  bool growing = false;  // a last line without its line end is left for the next run
  bool bulk = false;
};

// What a batch of such a run needs, of the sink as well.
Limits LimitsOf(const IngestOptions& options);

// Pending lines are committed early when they take this much memory. A few times as much is in
// flight, as lines and as batches.
std::size_t PendingBytesMax(const IngestOptions& options);

}  // namespace idem::cli
