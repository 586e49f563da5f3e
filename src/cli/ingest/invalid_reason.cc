// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/invalid_reason.h"

#include <fmt/format.h>
#include <idem/idempotent_sink.h>
#include <idem/limits.h>

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

std::string Missing(Reason reason, std::string_view member, std::string_view option) {
  return fmt::format(
      "{}; there is no '{}' ({}): name a member that every line has, or set such "
      "lines aside with --on-invalid quarantine",
      ToString(reason), member, option);
}

// Only where the options have a version: a table with versions is not opened without one.
std::string VersionTrouble(Reason reason, const std::string& member, VersionKind kind) {
  const std::string version = fmt::format("{}; '{}' (--version) ", ToString(reason), member);
  if (reason == Reason::kVersionKindMismatch) {
    const bool integers = kind == VersionKind::kInteger;
    return version +
           fmt::format(
               "is {}, and the table's versions are {}: bring such lines into another table, "
               "or set them aside with --on-invalid quarantine",
               integers ? "a string" : "an integer", integers ? "integers" : "strings");
  }
  if (kind == VersionKind::kBytes) {
    return version + fmt::format("has more than {} bytes", kVersionBytesMax);
  }
  return version + fmt::format(
                       "is not 1 to 16 sections of hexadecimal digits with '/' between "
                       "them, at most {} bytes together",
                       kVersionBytesMax);
}

std::string Sentence(Reason reason, const Table& table, const IngestOptions& options) {
  switch (reason) {
    case Reason::kVersionKindMismatch:
    case Reason::kVersionMalformed:
      return VersionTrouble(reason, options.version ? options.version->text : "",
                            table.options().version_kind());
    case Reason::kPayloadNotJson:
      return fmt::format(
          "{}; the table compares values by their JSON content (--canonical-json, --ignore): name "
          "the member or column that holds JSON with --value",
          ToString(reason));
    case Reason::kKeyTooLarge:
      return fmt::format("{}; it takes more than {} bytes: name members that make a shorter one",
                         ToString(reason), LimitsOf(options).key_bytes);
    case Reason::kValueTooLarge:
      return fmt::format(
          "{}; it has more than {} bytes: name the member that matters with --value, or set such "
          "lines aside with --on-invalid quarantine",
          ToString(reason), LimitsOf(options).value_bytes);
    case Reason::kEventIdTooLarge:
      return fmt::format(
          "{}; it takes more than {} bytes: name members that make a shorter one with --event-id",
          ToString(reason), kEventIdBytesMax);
    case Reason::kOffsetOutOfRange:
      return fmt::format(
          "{}; '{}' (--offset) is not 0 .. {}: correct it, or set such lines aside with "
          "--on-invalid quarantine",
          ToString(reason), options.offset ? options.offset->text : "", kOffsetMax);
    default:
      return std::string(ToString(reason));
  }
}

}  // namespace

std::optional<std::string> MissingReason(const IngestOptions& options, const RecordMapper& mapper,
                                         const MappedRecord& record) {
  if (record.key.empty()) {
    return Missing(Reason::kKeyMissing, mapper.MissingKeyMember(), "--key");
  }
  if (options.version && !record.version.has_value()) {
    return Missing(Reason::kVersionMissing, options.version->text, "--version");
  }
  return std::nullopt;
}

std::string InvalidReason(const Table& table, const IngestOptions& options,
                          const RecordMapper& mapper, const MappedRecord& record,
                          const std::function<void(const Table&, Batch*)>& add) {
  if (std::optional<std::string> missing = MissingReason(options, mapper, record)) return *missing;
  const Result<Reason> reason = AskLibrary(table, add);
  return reason ? Sentence(*reason, table, options) : reason.error().message();
}

}  // namespace idem::cli
