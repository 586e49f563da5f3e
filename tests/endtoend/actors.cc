// SPDX-License-Identifier: Apache-2.0

#include "endtoend/actors.h"

#include <idem/idem.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include "support/random.h"

namespace idem::endtoend {
namespace {

using testing::Random;

constexpr char kSource[] = "broker";
constexpr char kLog[] = "log";          // a row for each event
constexpr char kLast[] = "last";        // the last event of each of a few keys
constexpr std::uint32_t kKeys = 16;     // of a partition
constexpr std::uint32_t kWindow = 200;  // entries that wait for the sink, at most
constexpr std::uint32_t kBatchMax = 30;

void Pause() { std::this_thread::sleep_for(std::chrono::microseconds(200)); }

int Fail(Broker* broker, const std::string& why) {
  std::array<char, 1000>& text = broker->failure;
  text.fill(0);
  std::memcpy(text.data(), why.data(), std::min(why.size(), text.size() - 1));
  return kFailed;
}

int Fail(Broker* broker, const char* where, const Error& error) {
  if (error.code() == ErrorCode::kStoreLocked) return kLockedOut;
  if (error.code() == ErrorCode::kFenced) return kWasFenced;
  return Fail(broker, std::string(where) + ": " + error.ToString());
}

SinkOptions Options() {
  SinkOptions options;
  options.durability = Durability::kAsync;
  options.write_buffer_bytes = 1 << 20;  // so that memtables are flushed meanwhile
  options.filter_bytes = 1 << 20;
  return options;
}

struct Tables {
  Table log;
  Table last;
};

class SinkLife {
 public:
  SinkLife(Broker* broker, std::uint64_t seed) : broker_(broker), random_(seed) {}

  int Live(const std::string& directory) {
    auto sink = IdempotentSink::Open(directory, Options());
    if (!sink) return Fail(broker_, "Open", sink.error());
    sink_ = std::move(*sink);
    broker_->opened = ::getpid();
    auto log = sink_->OpenTable(kLog, {.mode = TableMode::kAppend});
    if (!log) return Fail(broker_, "OpenTable", log.error());
    auto last = sink_->OpenTable(kLast);
    if (!last) return Fail(broker_, "OpenTable", last.error());
    if (auto declared = sink_->DeclareSource(kSource, {.start = 0}); !declared) {
      return Fail(broker_, "DeclareSource", declared.error());
    }
    const Tables tables{*log, *last};
    Resume();
    while (!AllAcknowledged()) {
      if (const int ended = Step(tables); ended != kDone) return ended;
    }
    return kDone;
  }

 private:
  void Resume() {
    positions_ = {};
    const auto points = sink_->ResumeFrom(kSource);
    for (const ResumePoint& point : points.value()) {
      positions_.at(static_cast<std::size_t>(point.partition.number)) =
          static_cast<std::uint32_t>(point.next);
    }
  }

  bool AllAcknowledged() const {
    return std::all_of(
        broker_->partitions.begin(), broker_->partitions.end(),
        [](const PartitionLog& log) { return log.done != 0 && log.trimmed == log.end; });
  }

  int Step(const Tables& tables) {
    batch_.Clear();
    for (std::uint32_t p = 0; p < kPartitions; ++p) {
      // After a rebalance the source begins again with what was not acknowledged.
      if (random_.OneIn(40)) positions_.at(p) = broker_->partitions.at(p).trimmed;
      if (const int ended = Take(p, tables); ended != kDone) return ended;
    }
    const bool idle = batch_.size() == 0;
    if (!idle) {
      const auto report = sink_->Commit(batch_);
      if (!report) return Fail(broker_, "Commit", report.error());
      broker_->duplicates += report->count(Verdict::kDuplicate);
      if (!report->refused().empty()) return Fail(broker_, "a record was refused");
      if (!report->gaps().empty()) return Fail(broker_, "the source lost records");
    }
    return idle || random_.OneIn(4) ? Acknowledge() : kDone;
  }

  int Take(std::uint32_t partition, const Tables& tables) {
    const PartitionLog& log = broker_->partitions.at(partition);
    std::uint32_t& position = positions_.at(partition);
    const std::uint32_t end = std::min<std::uint32_t>(
        log.end, position + 1 + static_cast<std::uint32_t>(random_.Below(kBatchMax)));
    for (; position < end; ++position) {
      const std::uint32_t event = log.event.at(position);
      if (event == kForgotten) {
        // Somebody else has acknowledged it. That is right where this sink was taken over.
        if (auto mine = sink_->Commit(Batch()); !mine) {
          return Fail(broker_, "Commit", mine.error());
        }
        return Fail(broker_, "the checkpoint asks for what was acknowledged");
      }
      batch_.From({kSource, std::int64_t{partition}, std::int64_t{position}});
      batch_.Insert(tables.log, {std::int64_t{partition}, std::int64_t{event}},
                    std::to_string(event));
      batch_.Upsert(tables.last, {std::int64_t{partition}, std::int64_t{event % kKeys}},
                    std::to_string(event), {.version = std::int64_t{event}});
    }
    return kDone;
  }

  int Acknowledge() {
    if (auto flushed = sink_->Flush(); !flushed) return Fail(broker_, "Flush", flushed.error());
    for (const ResumePoint& point : sink_->DurableCheckpoints(kSource).value()) {
      const auto partition = static_cast<std::uint32_t>(point.partition.number);
      const auto next = static_cast<std::uint32_t>(point.next);
      broker_->Trim(partition, next);
      // What it had begun to read once more is gone now, and was done.
      positions_.at(partition) = std::max(positions_.at(partition), next);
    }
    Pause();
    return kDone;
  }

  Broker* broker_;
  Random random_;
  std::unique_ptr<IdempotentSink> sink_;
  Batch batch_;
  std::array<std::uint32_t, kPartitions> positions_{};
};

// What is wrong with one partition of a snapshot; empty: nothing. `wanted`: how many events.
std::string CheckPartition(Broker* broker, const Snapshot& snapshot, const Checkpoint& at,
                           std::uint32_t* wanted) {
  const PartitionLog& log = broker->partitions.at(static_cast<std::size_t>(at.partition.number));
  *wanted = log.distinct.at(static_cast<std::size_t>(at.next));
  RowCursor cursor = snapshot.Scan(kLog, {.prefix = Key(at.partition.number)}).value();
  std::uint32_t seen = 0;
  std::uint64_t commit = 0;
  for (; cursor.Next().value(); ++seen) {
    const Row& row = cursor.row();
    if (row.value != std::to_string(seen)) {
      return "event " + row.value + " stands where " + std::to_string(seen) + " belongs";
    }
    if (row.commit < commit) return "event " + row.value + " came before the one before it";
    commit = row.commit;
  }
  if (seen == *wanted) return "";
  return std::to_string(seen) + " events and a checkpoint that says " + std::to_string(*wanted);
}

std::string CheckSnapshot(Broker* broker, const Snapshot& snapshot, bool everything) {
  std::uint64_t total = 0;
  for (const Checkpoint& at : snapshot.Checkpoints(kSource).value()) {
    if (!at.done.empty()) return "the checkpoint has a hole";
    std::uint32_t events = 0;
    const std::string problem = CheckPartition(broker, snapshot, at, &events);
    if (!problem.empty()) {
      return "partition " + std::to_string(at.partition.number) + ": " + problem;
    }
    total += events;
    for (std::uint32_t key = 0; everything && key < kKeys; ++key) {
      const auto row = snapshot.Get(kLast, {at.partition.number, std::int64_t{key}}).value();
      const std::uint32_t last = events - 1 - (events - 1 - key) % kKeys;
      if (!row || row->value != std::to_string(last)) return "the last event of a key is another";
    }
  }
  if (everything && total != std::uint64_t{broker->events} * kPartitions) {
    return std::to_string(total) + " events at the end";
  }
  return "";
}

}  // namespace

int Produce(Broker* broker, std::uint32_t partition, std::uint64_t seed) {
  Random random(seed);
  PartitionLog& log = broker->partitions.at(partition);
  for (std::uint32_t event = log.confirmed; event < broker->events;) {
    if (log.end - log.trimmed >= kWindow) {
      Pause();
      continue;
    }
    if (event > 0 && random.OneIn(20)) {
      const std::uint64_t back = std::min<std::uint64_t>(event, 1 + random.Below(5));
      for (std::uint64_t i = back; i > 0; --i) {
        broker->Append(partition, static_cast<std::uint32_t>(event - i));
      }
    }
    broker->Append(partition, event++);
    if (random.OneIn(16)) log.confirmed = event;
  }
  log.confirmed = broker->events.load();
  log.done = 1;
  return kDone;
}

int Sink(Broker* broker, const std::string& directory, std::uint64_t seed) {
  try {
    return SinkLife(broker, seed).Live(directory);
  } catch (const std::exception& error) {
    return Fail(broker, error.what());
  }
}

int Read(Broker* broker, const std::string& directory) {
  try {
    std::unique_ptr<StoreReader> reader;
    while (!broker->stop) {
      Pause();
      if (reader == nullptr) {
        auto opened = StoreReader::Open(directory);
        if (!opened) continue;  // there is no store yet, or it changes too fast
        reader = std::move(*opened);
      }
      const auto snapshot = reader->NewSnapshot();
      if (!snapshot || !snapshot->GetTable(kLog)) continue;
      const std::string problem = CheckSnapshot(broker, *snapshot, false);
      if (!problem.empty()) return Fail(broker, "the reader: " + problem);
      ++broker->snapshots;
    }
    return kDone;
  } catch (const std::exception& error) {
    return Fail(broker, std::string("the reader: ") + error.what());
  }
}

int CheckEnd(Broker* broker, const std::string& directory) {
  try {
    const auto sink = IdempotentSink::Open(directory, Options()).value();
    const Snapshot snapshot = sink->NewSnapshot().value();
    const std::string problem = CheckSnapshot(broker, snapshot, true);
    if (!problem.empty()) return Fail(broker, "at the end: " + problem);
    return snapshot.Verify().value().ok() ? kDone : Fail(broker, "Verify found something");
  } catch (const std::exception& error) {
    return Fail(broker, std::string("at the end: ") + error.what());
  }
}

}  // namespace idem::endtoend
