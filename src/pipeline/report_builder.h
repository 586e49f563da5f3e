// SPDX-License-Identifier: Apache-2.0
//
// ReportBuilder: the only one who writes a CommitReport.
#pragma once

#include <idem/commit_report.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace idem {

class ReportBuilder {
 public:
  static CommitReport Make(std::uint64_t commit, bool repeated, std::vector<Outcome> outcomes,
                           std::vector<OpenGap> gaps) {
    CommitReport report;
    report.commit_ = commit;
    report.repeated_ = repeated;
    for (const Outcome& outcome : outcomes) {
      ++report.counts_[static_cast<std::size_t>(outcome.verdict)];
    }
    report.outcomes_ = std::move(outcomes);
    report.gaps_ = std::move(gaps);
    return report;
  }
  static void SetStalled(std::uint64_t micros, CommitReport* report) {
    report->stalled_micros_ = micros;
  }
  static void SetDurable(bool durable, CommitReport* report) { report->durable_ = durable; }
};

}  // namespace idem
