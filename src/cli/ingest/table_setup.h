// SPDX-License-Identifier: Apache-2.0
//
// Which definition the table of an ingest has: the stored one where it exists, changed by what the
// command line says (the library then refuses the difference), or else what the command line and
// the first versions read speak for.
#pragma once

#include <idem/idempotent_sink.h>
#include <idem/result.h>

#include <optional>

#include "cli/ingest/ingest_options.h"
#include "cli/ingest/pending_lines.h"
#include "cli/ingest/record_mapper.h"

namespace idem::cli {

// What is stored of a table; nothing when there is none of that name.
Result<std::optional<TableInfo>> FindTable(const IdempotentSink& sink, const std::string& name);

// The kind that the first pending line with a version speaks for. Errors: kInvalidArgument where
// none has one: a table keeps its kind, and nothing but chance would make it right.
Result<VersionKind> SuggestVersionKind(const IngestOptions& options, const PendingLines& lines,
                                       RecordMapper* mapper);

// `stored` are the options that FindTable found, `suggested` what SuggestVersionKind did.
TableOptions DefineTable(const IngestOptions& options, const std::optional<TableOptions>& stored,
                         std::optional<VersionKind> suggested);

// Errors: those of IdempotentSink::OpenTable; kInvalidArgument when the table orders by versions
// and no --version is given, or the reverse.
Result<Table> OpenIngestTable(IdempotentSink* sink, const IngestOptions& options,
                              const TableOptions& definition);

}  // namespace idem::cli
