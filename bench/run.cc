// SPDX-License-Identifier: Apache-2.0

#include "run.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "quiet.h"
#include "record_batch.h"
#include "scratch.h"
#include "stopwatch.h"
#include "warm_memory.h"

namespace idem::bench {
namespace {

constexpr std::size_t kPreloadBatch = 10'000;
constexpr std::uint64_t kWorthWarming = 10'000;  // records; fewer say nothing about time

// Calls use(batch) with records(0) .. records(count - 1), `size` at a time.
template <typename RecordAt, typename Use>
void ForEachBatch(std::uint64_t count, RecordBatch* batch, std::size_t size, RecordAt&& record_at,
                  Use&& use) {
  for (std::uint64_t begin = 0; begin < count; begin += size) {
    batch->Clear();
    const std::uint64_t end = std::min<std::uint64_t>(count, begin + size);
    for (std::uint64_t i = begin; i < end; ++i) batch->Add(record_at(i));
    use(batch->records());
  }
}

void Preload(const Workload& workload, const RunSettings& settings, Peer* peer) {
  RecordBatch batch(kPreloadBatch, settings.values);
  ForEachBatch(workload.preload * settings.records, &batch, kPreloadBatch, PreloadedRecord,
               [&](std::span<const Record> made) { peer->Apply(made); });
}

Stopwatch Measure(const Workload& workload, const RunSettings& settings, Peer* peer) {
  Stopwatch watch;
  RecordBatch batch(settings.batch, settings.values);
  ForEachBatch(
      settings.records, &batch, settings.batch,
      [&](std::uint64_t i) { return workload.record(i, settings.records); },
      [&](std::span<const Record> made) {
        watch.Start();
        peer->Apply(made);
        watch.Stop();
      });
  watch.Start();
  peer->Finish();
  watch.Stop();
  if (workload.drained) {
    watch.Start();
    peer->Drain();
    watch.StopAt(WaitUntilQuiet());
  }
  return watch;
}

}  // namespace

Measurement Run(const PeerKind& kind, const Workload& workload, const RunSettings& settings,
                const FinalState& expected) {
  const ScratchDirectory directory(settings.parent);
  const PeerOptions options{directory.path(), settings.durability};
  std::unique_ptr<Peer> peer = kind.open(options);
  const auto restart = [&] {
    peer.reset();
    Stopwatch opening;
    opening.Start();
    peer = kind.open(options);
    opening.Stop();
    WaitUntilQuiet();
    SyncFileSystem(directory.path());
    return opening.wall_s();
  };
  Preload(workload, settings, peer.get());
  const double opening_s = restart();
  if (settings.records >= kWorthWarming) WarmMemory();
  const std::uint64_t written = WrittenBytesOfSelf();
  const ProcessUse server = peer->ServerUse();
  const Stopwatch watch = Measure(workload, settings, peer.get());
  const std::uint64_t written_by_self = WrittenBytesOfSelf() - written;
  const ProcessUse server_after = peer->ServerUse();
  const std::uint64_t written_by_server = server_after.written_bytes - server.written_bytes;
  restart();
  const FinalState found = StoredState(*peer);
  if (found != expected) {
    throw std::runtime_error(fmt::format("{} on {} ends with {} instead of {}", kind.name,
                                         workload.name, ToString(found), ToString(expected)));
  }
  return {.opening_s = opening_s,
          .wall_s = watch.wall_s(),
          .cpu_s = watch.cpu_s() + server_after.cpu_s - server.cpu_s,
          .written_bytes = written_by_server > 0 ? written_by_server : written_by_self,
          .disk_bytes = DiskBytes(directory.path()),
          .rows = found.rows};
}

}  // namespace idem::bench
