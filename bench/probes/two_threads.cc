// SPDX-License-Identifier: Apache-2.0

#include "probes/two_threads.h"

#include <idem/idem.h>

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "quiet.h"
#include "record_batch.h"
#include "scratch.h"
#include "warm_memory.h"

namespace idem::bench {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr std::string_view kTable = "records";

// What one thread commits: the batches that are its turn, in a source partition of its own.
void CommitShare(IdempotentSink* sink, const Table& table, std::uint64_t records,
                 std::uint32_t thread, std::uint32_t threads) {
  RecordBatch made(kBatch, {});
  Batch batch;
  std::int64_t offset = 0;
  for (std::uint64_t begin = thread * kBatch; begin < records; begin += threads * kBatch) {
    made.Clear();
    const std::uint64_t end = std::min<std::uint64_t>(records, begin + kBatch);
    for (std::uint64_t row = begin; row < end; ++row) made.Add({row, 1, {}});
    batch.Clear();
    for (const Record& record : made.records()) {
      batch.From({"stream", thread, offset++});
      batch.Upsert(table, {record.key}, record.value, {.version = record.version});
    }
    static_cast<void>(sink->Commit(batch).value());
  }
}

double SecondsWith(std::uint32_t threads, const ProbeSettings& settings) {
  const ScratchDirectory directory(settings.parent);
  const auto sink =
      IdempotentSink::Open(directory.path(), {.durability = Durability::kAsync}).value();
  const Table table = sink->OpenTable(kTable).value();
  SyncFileSystem(directory.path());
  WarmMemory();
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> running;
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    running.emplace_back(
        [&, thread] { CommitShare(sink.get(), table, settings.records, thread, threads); });
  }
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (table.Info().rows != settings.records) {
    throw std::runtime_error("two_threads: rows are missing");
  }
  WaitUntilQuiet();
  return taken.count();
}

}  // namespace

double TwoThreads(const ProbeSettings& settings) {
  const double one = SecondsWith(1, settings);
  return one / SecondsWith(2, settings);
}

}  // namespace idem::bench
