// SPDX-License-Identifier: Apache-2.0
#include "crash/stream.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace idem::crash {
namespace {

constexpr std::uint64_t kBlock = 8;  // offsets of a partition are shuffled in blocks of this size
constexpr std::uint64_t kKeys = 400;
constexpr std::uint64_t kRecordsMax = 5;  // of a step, exclusive

// Numbers and a name: both kinds of partition.
const std::array<PartitionRef, 3> kPartitions = {PartitionRef(0), PartitionRef(7),
                                                 PartitionRef("east")};

std::string Value(Random* random) {
  const std::uint64_t bytes = random->OneIn(20) ? random->Below(8000) : random->Below(300);
  std::string value(static_cast<std::size_t>(bytes), '.');
  for (char& c : value) c = static_cast<char>('a' + random->Below(26));
  return value;
}

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void AddLog(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) {
  if (random->OneIn(8)) {  // mostly conflicts, some duplicates
    const std::string value = random->OneIn(3) ? "same" : Value(random);
    batch->Insert(tables.log, {"often", Signed(random->Below(20))}, value);
  } else {
    batch->Insert(tables.log, {"once", Signed(step)}, Value(random));
  }
}

// No two events bring the same new row: the second would be a duplicate of the row, which does not
// note its event, so that what it is told when it comes again depends on who had that event since.
void AddPayment(Random* random, std::uint64_t step, std::uint64_t place, const Tables& tables,
                Batch* batch) {
  const bool repeated = random->OneIn(6);
  const std::uint64_t event = repeated ? random->Below(50) : 1000 + step;
  const std::uint64_t own = step * kRecordsMax + place;
  const std::uint64_t row = repeated && random->OneIn(2) ? 1'000'000 + event : own;
  const std::string value = repeated && random->OneIn(2) ? "again" : Value(random);
  const Key event_id(Signed(event));
  batch->Insert(tables.payments, {"payment", Signed(row)}, value, {.event_id = event_id});
}

}  // namespace

SinkOptions StreamOptions() {
  SinkOptions options;
  options.on_invalid = InvalidPolicy::kQuarantine;
  options.write_buffer_bytes = 256 << 10;  // small, so that kills also hit flushes and compactions
  options.cache_bytes = 1 << 20;
  options.filter_bytes = 256 << 10;
  return options;
}

Result<Tables> OpenTables(IdempotentSink* sink) {
  Result<Table> state = sink->OpenTable("state", {.mode = TableMode::kUpsert});
  if (!state) return state.error();
  Result<Table> log = sink->OpenTable("log", {.mode = TableMode::kAppend});
  if (!log) return log.error();
  Result<Table> payments = sink->OpenTable("payments", {.mode = TableMode::kAppend});
  if (!payments) return payments.error();
  SourceOptions source;
  source.start = kStart;
  if (Result<void> declared = sink->DeclareSource(kSource, source); !declared) {
    return declared.error();
  }
  return Tables{*state, *log, *payments};
}

Position Stream::PositionOf(std::uint64_t step) const {
  const std::uint64_t partition = step % kPartitions.size();
  const std::uint64_t ordinal = step / kPartitions.size();
  std::array<std::uint64_t, kBlock> order;
  std::iota(order.begin(), order.end(), 0);
  Random random(Mix(seed_ ^ 0xb10cULL, (ordinal / kBlock) * kPartitions.size() + partition));
  for (std::size_t i = kBlock - 1; i > 0; --i) {
    std::swap(order[i], order[static_cast<std::size_t>(random.Below(i + 1))]);
  }
  const std::uint64_t offset = ordinal / kBlock * kBlock + order[ordinal % kBlock];
  return {kSource, kPartitions[partition], kStart + Signed(offset)};
}

void Stream::AddStep(std::uint64_t step, const Tables& tables, Batch* batch) const {
  batch->From(PositionOf(step));
  AddRecords(step, tables, batch);
}

void Stream::AddState(Random* random, std::uint64_t step, const Tables& tables,
                      Batch* batch) const {
  const std::int64_t row = Signed(random->Below(kKeys));
  // Coarse and late by up to five: newer, older and equal versions.
  const std::int64_t version = Signed(step / 16) - Signed(random->Below(6));
  if (random->OneIn(5)) {
    batch->Delete(tables.state, {row}, {.version = version});
  } else if (random->OneIn(4)) {
    const Key event_id("event", Signed(step), Signed(random->Below(1000)));
    batch->Upsert(tables.state, {row}, Value(random), {.version = version, .event_id = event_id});
  } else {
    batch->Upsert(tables.state, {row}, Value(random), {.version = version});
  }
}

void Stream::AddRecords(std::uint64_t step, const Tables& tables, Batch* batch) const {
  Random random(Mix(seed_, step));
  for (std::uint64_t left = random.Below(kRecordsMax); left > 0; --left) {
    const std::uint64_t dice = random.Below(20);
    if (dice < 10) {
      AddState(&random, step, tables, batch);
    } else if (dice < 14) {
      AddLog(&random, step, tables, batch);
    } else if (dice < 19) {
      AddPayment(&random, step, left, tables, batch);
    } else {
      batch->Reject(tables.state, "{torn " + std::to_string(step), "not a record");
    }
  }
}

std::vector<std::string> Stream::CheckpointsAfter(std::uint64_t steps) const {
  std::vector<std::string> lines;
  for (std::uint64_t p = 0; p < kPartitions.size(); ++p) {
    std::vector<std::int64_t> done;
    for (std::uint64_t step = p; step < steps; step += kPartitions.size()) {
      done.push_back(PositionOf(step).offset);
    }
    if (done.empty()) continue;
    std::sort(done.begin(), done.end());
    Checkpoint expected;
    expected.source = kSource;
    expected.partition = kPartitions[p];
    expected.start = expected.next = kStart;
    for (const std::int64_t offset : done) {
      std::int64_t* end = expected.done.empty() ? &expected.next : &expected.done.back().end;
      if (offset == *end) {
        ++*end;
      } else {
        expected.done.push_back({offset, offset + 1});
      }
    }
    lines.push_back(Describe(expected));
  }
  return lines;
}

std::string Describe(const Checkpoint& checkpoint) {
  std::string line = checkpoint.source + "/" + checkpoint.partition.ToString() +
                     " start=" + std::to_string(checkpoint.start) +
                     " next=" + std::to_string(checkpoint.next);
  for (const OffsetRange& range : checkpoint.done) {
    line += " [" + std::to_string(range.begin) + "," + std::to_string(range.end) + ")";
  }
  return line + " note=" + checkpoint.note;
}

}  // namespace idem::crash
