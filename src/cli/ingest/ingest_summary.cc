// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/ingest_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/output/error_json.h"
#include "cli/output/json.h"
#include "cli/output/shell_word.h"

namespace idem::cli {
namespace {

// Effects first, then what had none.
constexpr Verdict kOrder[] = {Verdict::kInserted, Verdict::kUpdated,   Verdict::kDeleted,
                              Verdict::kMerged,   Verdict::kUnchanged, Verdict::kDuplicate,
                              Verdict::kReplayed, Verdict::kStale,     Verdict::kConflict,
                              Verdict::kTooLate,  Verdict::kInvalid,   Verdict::kFenced};
static_assert(std::size(kOrder) == kVerdictCount);

double RecordsPerSecond(const IngestSummary& summary) {
  return summary.seconds > 0 ? static_cast<double>(summary.records) / summary.seconds : 0;
}

// An error after a bad line is the one to act on: it is not known then what is durable.
Json ErrorOf(const IngestSummary& summary) {
  if (summary.error) return ErrorJson(*summary.error);
  if (!summary.bad_line) return nullptr;
  const BadLine& bad = *summary.bad_line;
  Json error = ErrorJson(Error(ErrorCode::kInvalidRecord, bad.reason));
  error["file"] = bad.file;
  error["line"] = bad.line;
  error["byte"] = bad.byte;
  return error;
}

}  // namespace

std::string BadLine::ToString() const {
  return fmt::format("{}:{}:{}: {}", file, line, byte, reason);
}

CommitCounts::CommitCounts(const CommitReport& report, std::uint64_t from_lines)
    : lines(from_lines), records(report.outcomes().size()) {
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    verdicts[i] = report.count(static_cast<Verdict>(i));
  }
}

void IngestSummary::Count(const CommitCounts& commit) {
  lines += commit.lines;
  records += commit.records;
  for (std::size_t i = 0; i < kVerdictCount; ++i) verdicts[i] += commit.verdicts[i];
}

void IngestSummary::CountUnseen(const std::optional<std::vector<std::string>>& unseen) {
  if (!unseen) return;
  if (!unseen_members) unseen_members = unseen;
  std::erase_if(*unseen_members, [&unseen](const std::string& member) {
    return std::find(unseen->begin(), unseen->end(), member) == unseen->end();
  });
}

std::string IngestSummary::ToText() const {
  std::string text = fmt::format("lines {}", lines);
  if (skipped > 0) text += fmt::format(", skipped {}", skipped);
  for (const Verdict verdict : kOrder) {
    const std::uint64_t count = verdicts[static_cast<std::size_t>(verdict)];
    if (count > 0) text += fmt::format(", {} {}", ToString(verdict), count);
  }
  if (table_known) text += fmt::format(", rows {}, digest {}", rows, digest.ToHex());
  text += fmt::format(", {:.0f} records/s", RecordsPerSecond(*this));
  if (interrupted) text += ", interrupted";
  return text;
}

std::string IngestSummary::RefusedText(const std::string& db) const {
  std::string counts;
  for (const Verdict verdict : {Verdict::kInvalid, Verdict::kConflict, Verdict::kTooLate}) {
    const std::uint64_t count = verdicts[static_cast<std::size_t>(verdict)];
    if (count == 0) continue;
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", ToString(verdict), count);
  }
  if (counts.empty()) return "";
  return fmt::format("refused: {}; see them: idem quarantine list --db {} --table {}", counts,
                     ShellWord(db), ShellWord(table));
}

std::string IngestSummary::ToJson() const {
  Json counts = Json::object();
  for (const Verdict verdict : kOrder) {
    counts[std::string(ToString(verdict))] = verdicts[static_cast<std::size_t>(verdict)];
  }
  const Json json = {{"table", table},
                     {"lines", lines},
                     {"skipped", skipped},
                     {"records", records},
                     {"verdicts", counts},
                     {"rows", table_known ? Json(rows) : Json()},
                     {"digest", table_known ? Json(digest.ToHex()) : Json()},
                     {"seconds", seconds},
                     {"records_per_second", std::round(RecordsPerSecond(*this))},
                     {"interrupted", interrupted},
                     {"error", ErrorOf(*this)}};
  return DumpJson(json);
}

}  // namespace idem::cli
