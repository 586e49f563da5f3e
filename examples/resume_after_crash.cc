// SPDX-License-Identifier: Apache-2.0
//
// A loader that dies in the middle of its work and goes on where it was.
//
//   resume_after_crash DIR 600   reads 1,000 events and kills itself, kill -9, at event 600
//   resume_after_crash DIR       goes on from the checkpoint and prints the digest
//
// The events and the checkpoint are one commit, so the second run neither misses an event nor
// counts one twice: its digest is that of a run that was never interrupted.

#include <idem/idem.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

constexpr std::int64_t kEvents = 1000;
constexpr std::int64_t kBatch = 70;  // does not divide kEvents, nor any likely moment of death

int Run(const char* directory, std::int64_t die_at) {
  auto sink = idem::IdempotentSink::Open(directory).value();
  auto events = sink->OpenTable("events", {.mode = idem::TableMode::kAppend}).value();

  std::int64_t next = 0;
  for (const auto& point : sink->ResumeFrom("log").value()) next = point.next;
  std::printf("resuming at %lld\n", static_cast<long long>(next));
  std::fflush(stdout);

  idem::Batch batch;
  while (next < kEvents) {
    for (const std::int64_t end = std::min(next + kBatch, kEvents); next < end; ++next) {
      if (next == die_at) kill(getpid(), SIGKILL);
      batch.From({.source = "log", .offset = next});
      batch.Insert(events, {"event", next}, "payload " + std::to_string(next));
    }
    const idem::CommitReport report = sink->Commit(batch).value();
    if (!report.refused().empty()) return EXIT_FAILURE;
    batch.Clear();
  }

  const idem::TableInfo info = events.Info();
  std::printf("%llu events, digest %s\n", static_cast<unsigned long long>(info.rows),
              info.digest.ToHex().c_str());
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s DIR [DIE_AT]\n", argv[0]);
    return 2;
  }
  return Run(argv[1], argc == 3 ? std::atoll(argv[2]) : -1);
}
