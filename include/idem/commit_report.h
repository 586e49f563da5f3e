// SPDX-License-Identifier: Apache-2.0
//
// CommitReport: what a commit did, record by record.
//
//   CommitReport report = sink->Commit(batch).value();
//   report.count(Verdict::kDuplicate);
//   for (const Refused& r : report.refused()) Log(r.index, ToString(r.outcome.verdict));
//
// Guarantees: outcomes()[i] belongs to the i-th record added to the batch, and the counts add up to
// their number. A report is a value: it owns what it holds and stays valid after the sink is gone.
#pragma once

#include <idem/checkpoint.h>
#include <idem/verdict.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace idem {

struct Outcome {
  Verdict verdict = Verdict::kInvalid;
  Reason reason = Reason::kNone;

  // The commit that decided: for an applied record this one, for DUPLICATE, CONFLICT, STALE the one
  // that wrote what it lost against (this one, where that was earlier in the same batch), else 0.
  std::uint64_t commit = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Refused {
  std::size_t index = 0;  // of the record in the batch
  Outcome outcome;

  friend bool operator==(const Refused&, const Refused&) = default;
};

// A hole that a source has after the commit (see checkpoint.h).
struct OpenGap {
  std::string source;
  Partition partition;
  OffsetRange offsets;

  friend bool operator==(const OpenGap&, const OpenGap&) = default;
};

class CommitReport {
 public:
  CommitReport() = default;

  // The number of this commit, 1, 2, 3, ... A commit without any effect writes nothing and returns
  // the number of the commit before it.
  std::uint64_t commit() const noexcept { return commit_; }

  // True when this is the stored report of an earlier commit with the same token.
  bool repeated() const noexcept { return repeated_; }

  // True when the commit is known to survive power loss.
  bool durable() const noexcept { return durable_; }

  // How long this call of Commit waited because flushes or compactions did not keep up, in
  // microseconds; 0 while all is well. A host that sees it grow offers less.
  std::uint64_t stalled_micros() const noexcept { return stalled_micros_; }

  const std::vector<Outcome>& outcomes() const noexcept { return outcomes_; }
  std::size_t count(Verdict verdict) const noexcept {
    return counts_[static_cast<std::size_t>(verdict)];
  }

  // The INVALID, CONFLICT and TOO_LATE records.
  std::vector<Refused> refused() const {
    std::vector<Refused> refused;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      if (IsRefused(outcomes_[i].verdict)) refused.push_back({i, outcomes_[i]});
    }
    return refused;
  }

  // Holes left open in the source partitions that this batch touched. Empty in a repeated report.
  const std::vector<OpenGap>& gaps() const noexcept { return gaps_; }

  // All of it: also whether it was repeated and durable, and how long it waited.
  friend bool operator==(const CommitReport&, const CommitReport&) = default;

 private:
  friend class ReportBuilder;
  std::uint64_t commit_ = 0;
  bool repeated_ = false;
  bool durable_ = false;
  std::uint64_t stalled_micros_ = 0;
  std::vector<Outcome> outcomes_;
  std::array<std::size_t, kVerdictCount> counts_{};
  std::vector<OpenGap> gaps_;
};

}  // namespace idem
