// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/durable_tally.h"

namespace idem::cli {

Result<void> DurableTally::Add(const CommitReport& report, std::uint64_t lines) {
  waiting_.push_back({report.commit(), CommitCounts(report, lines)});
  if (durability_ == Durability::kSync && waiting_.size() <= kWaiting) return {};
  return CountOldest();
}

Result<void> DurableTally::Settle() {
  while (!waiting_.empty()) {
    if (Result<void> counted = CountOldest(); !counted) return counted;
  }
  return {};
}

Result<void> DurableTally::CountOldest() {
  const Entry& oldest = waiting_.front();
  if (durability_ == Durability::kSync) {
    if (Result<void> durable = sink_->WaitDurable(oldest.commit); !durable) return durable;
  }
  summary_->Count(oldest.counts);
  waiting_.pop_front();
  return {};
}

}  // namespace idem::cli
