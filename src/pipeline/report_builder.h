// SPDX-License-Identifier: Apache-2.0
//
// ReportBuilder: the only one who writes a CommitReport.
#pragma once

#include <idem/commit_report.h>

#include <array>
#include <cstddef>
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
    Count(outcomes, &report.counts_);
    report.outcomes_ = std::move(outcomes);
    report.gaps_ = std::move(gaps);
    return report;
  }

  static void SetStalled(std::uint64_t micros, CommitReport* report) {
    report->stalled_micros_ = micros;
  }
  static void SetDurable(bool durable, CommitReport* report) { report->durable_ = durable; }

 private:
  // Verdicts come in runs, and each is counted once for a run of them.
  static void Count(const std::vector<Outcome>& outcomes,
                    std::array<std::size_t, kVerdictCount>* counts) {
    for (auto at = outcomes.begin(); at != outcomes.end();) {
      const auto begin = at;
      while (at != outcomes.end() && at->verdict == begin->verdict) ++at;
      (*counts)[static_cast<std::size_t>(begin->verdict)] += static_cast<std::size_t>(at - begin);
    }
  }
};

}  // namespace idem
