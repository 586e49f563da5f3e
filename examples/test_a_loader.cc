// SPDX-License-Identifier: Apache-2.0
//
// How a host tests that it does the right thing with each error: a loader, and a store that fails
// as it is told (idem::testing).
//
// The loader below knows what it must: repeat what was rejected, reopen after an unknown outcome,
// stop when it was fenced. Each run ends with the same digest, or with the loader stopped.

#include <idem/idem.h>
#include <idem/testing/faulty_store.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace {

using idem::testing::FaultyStore;
using idem::testing::WriteFault;

constexpr std::int64_t kEvents = 5;

// The code under test. Returns the digest, or why it stopped.
std::string Load(std::unique_ptr<idem::IdempotentSink> sink) {
  auto events = sink->OpenTable("events", {.mode = idem::TableMode::kAppend}).value();
  std::int64_t next = 0;
  while (next < kEvents) {
    idem::Batch batch;
    batch.From({.source = "log", .offset = next});
    batch.Insert(events, {next}, "payload " + std::to_string(next));
    const auto report = sink->Commit(batch);
    if (report) {
      ++next;
      continue;
    }
    switch (report.error().next_step()) {
      case idem::NextStep::kRetry:
        break;  // nothing was changed: the same batch again
      case idem::NextStep::kReopen:
        sink = std::move(idem::IdempotentSink::Reopen(std::move(sink)).value().sink);
        events = sink->OpenTable("events", {.mode = idem::TableMode::kAppend}).value();
        next = 0;  // or from the checkpoint; what is there already is REPLAYED
        break;
      default:
        return "stopped: " + std::string(ToString(report.error().code()));
    }
  }
  return events.Digest().ToHex();
}

// The loader on a store whose third batch ends like this.
std::string LoadWith(WriteFault fault) {
  FaultyStore store;
  store.FailWrite(4, fault);  // the first write makes the table
  return Load(store.Open().value());
}

}  // namespace

int main() {
  FaultyStore healthy;
  const std::string wanted = Load(healthy.Open().value());
  const auto check = [&](const char* name, WriteFault fault) {
    const std::string result = LoadWith(fault);
    std::printf("%-15s %s\n", name, result == wanted ? "the same digest" : result.c_str());
  };
  check("unknown, there", WriteFault::kUnknownApplied);
  check("unknown, lost", WriteFault::kUnknownLost);
  check("I/O error", WriteFault::kIoError);
  check("no space", WriteFault::kNoSpace);
  check("stalled", WriteFault::kStalled);
  check("fenced", WriteFault::kFenced);
  return EXIT_SUCCESS;
}
