// SPDX-License-Identifier: Apache-2.0

#include "probes/two_threads.h"

#include <idem/idem.h>

#include <algorithm>
#include <chrono>
#include <span>
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
void CommitShare(IdempotentSink* sink, const Table& table, std::span<const Record> records,
                 std::uint32_t thread, std::uint32_t threads) {
  Batch batch;
  std::int64_t offset = 0;
  for (std::size_t begin = thread * kBatch; begin < records.size(); begin += threads * kBatch) {
    batch.Clear();
    const std::size_t count = std::min(kBatch, records.size() - begin);
    for (const Record& record : records.subspan(begin, count)) {
      batch.From({"stream", thread, offset++});
      batch.Upsert(table, {record.key}, record.value, {.version = record.version});
    }
    static_cast<void>(sink->Commit(batch).value());
  }
}

double SecondsWith(std::uint32_t threads, std::span<const Record> records,
                   const std::filesystem::path& parent) {
  const ScratchDirectory directory(parent);
  const auto sink =
      IdempotentSink::Open(directory.path(), {.durability = Durability::kAsync}).value();
  const Table table = sink->OpenTable(kTable).value();
  SyncFileSystem(directory.path());
  WarmMemory();
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> running;
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] { CommitShare(sink.get(), table, records, thread, threads); });
  }
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (table.Info().rows != records.size()) {
    throw std::runtime_error("two_threads: rows are missing");
  }
  WaitUntilQuiet();
  return taken.count();
}

}  // namespace

// The records are made before any clock starts: two threads make them in half of the time whatever
// the sink does.
double TwoThreads(const ProbeSettings& settings) {
  RecordBatch made(settings.records, {});
  for (std::uint64_t row = 0; row < settings.records; ++row) made.Add({row, 1, {}});
  const double one = SecondsWith(1, made.records(), settings.parent);
  return one / SecondsWith(2, made.records(), settings.parent);
}

}  // namespace idem::bench
