// SPDX-License-Identifier: Apache-2.0
//
// The smallest test of a host: a commit of unknown outcome, and a clock that stands still.

#include <idem/idem.h>
#include <idem/testing/faulty_store.h>
#include <idem/testing/manual_clock.h>

#include <utility>

int main() {
  idem::testing::ManualClock clock;
  idem::testing::FaultyStore store;
  auto sink = store.Open({.clock = &clock}).value();
  auto orders = sink->OpenTable("orders").value();
  idem::Batch batch;
  batch.Upsert(orders, {"o-1"}, "placed", {.version = 1});
  store.FailWrite(1, idem::testing::WriteFault::kUnknownApplied);
  const auto unknown = sink->Commit(batch);
  if (unknown || unknown.error().code() != idem::ErrorCode::kCommitUnknown) return 1;
  auto again = idem::IdempotentSink::Reopen(std::move(sink)).value();
  const auto found = again.sink->OpenTable("orders").value().Get({"o-1"}).value();
  return found ? 0 : 1;
}
