// SPDX-License-Identifier: Apache-2.0

#include "cli/output/verified_counts.h"

#include <fmt/format.h>

namespace idem::cli {

void AddCounts(const VerifyReport& report, Json* json) {
  json->update({{"commit", report.commit},
                {"tables", report.tables},
                {"rows", report.rows},
                {"tombstones", report.tombstones},
                {"event_ids", report.event_ids},
                {"checkpoints", report.checkpoints},
                {"tokens", report.tokens},
                {"quarantined", report.quarantined}});
}

std::string CountsText(const VerifyReport& report) {
  return fmt::format(
      "commit {}: {} tables, {} rows, {} tombstones, {} event ids, {} checkpoints, {} tokens, {} "
      "quarantined, {} findings",
      report.commit, report.tables, report.rows, report.tombstones, report.event_ids,
      report.checkpoints, report.tokens, report.quarantined, report.finding_count);
}

}  // namespace idem::cli
