// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/invalid_reason.h"

#include <fmt/format.h>
#include <idem/idempotent_sink.h>

#include <memory>
#include <string_view>

namespace idem::cli {
namespace {

// Which of its rules the library saw broken: asked from a store that keeps what it refuses and is
// gone afterwards. Errors: those of the library.
Result<Reason> AskLibrary(const Table& table,
                          const std::function<void(const Table&, Batch*)>& add) {
  SinkOptions sink_options;
  sink_options.on_invalid = InvalidPolicy::kQuarantine;
  Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::OpenInMemory(sink_options);
  if (!sink) return sink.error();
  Result<Table> copy = (*sink)->OpenTable(table.name(), table.options());
  if (!copy) return copy.error();
  Batch batch;
  add(*copy, &batch);
  Result<CommitReport> report = (*sink)->Commit(batch);
  if (!report) return report.error();
  return report->outcomes().front().reason;
}

std::string Missing(std::string_view member, std::string_view option) {
  return fmt::format(
      "; there is no '{}' ({}): name a member that every line has, or set such "
      "lines aside with --on-invalid quarantine",
      member, option);
}

}  // namespace

std::string InvalidReason(const Table& table, const IngestOptions& options,
                          const RecordMapper& mapper,
                          const std::function<void(const Table&, Batch*)>& add) {
  const Result<Reason> reason = AskLibrary(table, add);
  if (!reason) return reason.error().message();
  std::string text(ToString(*reason));
  if (*reason == Reason::kKeyMissing) text += Missing(mapper.MissingKeyMember(), "--key");
  if (*reason == Reason::kVersionMissing && options.version) {
    text += Missing(options.version->text, "--version");
  }
  return text;
}

}  // namespace idem::cli
