// SPDX-License-Identifier: Apache-2.0
#include "crash/stream.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <tuple>

namespace idem::crash {
namespace {

constexpr std::uint64_t kBlock = 8;  // offsets of a partition are shuffled in blocks of this size
constexpr std::uint64_t kKeys = 400;
constexpr std::uint64_t kRecordsMax = 5;  // of a step, exclusive

constexpr std::uint64_t kOfOneWriter = 100'000'000;  // more numbers than a stream has of any kind

// Numbers and a name: both kinds of partition. By writer.
using Partitions = std::array<PartitionRef, 3>;
const std::array<Partitions, kWritersMax> kPartitionsOf = {
    Partitions{PartitionRef(0), PartitionRef(7), PartitionRef("east")},
    Partitions{PartitionRef(1), PartitionRef(8), PartitionRef("west")},
    Partitions{PartitionRef(2), PartitionRef(9), PartitionRef("north")}};
constexpr std::size_t kPartitions = std::tuple_size_v<Partitions>;

std::string Value(Random* random) {
  const std::uint64_t bytes = random->OneIn(20) ? random->Below(8000) : random->Below(300);
  std::string value(static_cast<std::size_t>(bytes), '.');
  for (char& c : value) c = static_cast<char>('a' + random->Below(26));
  return value;
}

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// What all writers offer, such that nothing depends on who comes first: the same row, the same
// event with the same row, and versions of a row, without events (whether that of an older version
// is kept would depend on it).
void AddShared(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) {
  const std::int64_t number = Signed(random->Below(4));
  switch (random->Below(4)) {
    case 0:
      batch->Insert(tables.log, {"shared", number}, "the same for all");
      break;
    case 1:
      batch->Insert(tables.payments, {"shared", Signed(step / 8)}, "the same for all",
                    {.event_id = Key("shared", Signed(step / 8))});
      break;
    case 2:
      batch->Delete(tables.state, {"shared", number}, {.version = Signed(step / 4)});
      break;
    default:
      batch->Upsert(tables.state, {"shared", number}, Value(random), {.version = Signed(step / 4)});
  }
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

std::int64_t Stream::Own(std::uint64_t number) const {
  return Signed(number + writer_.value_or(0) * kOfOneWriter);
}

Position Stream::PositionOf(std::uint64_t step) const {
  const std::uint64_t partition = step % kPartitions;
  const std::uint64_t ordinal = step / kPartitions;
  std::array<std::uint64_t, kBlock> order;
  std::iota(order.begin(), order.end(), 0);
  Random random(Mix(seed_ ^ 0xb10cULL, (ordinal / kBlock) * kPartitions + partition));
  for (std::size_t i = kBlock - 1; i > 0; --i) {
    std::swap(order[i], order[static_cast<std::size_t>(random.Below(i + 1))]);
  }
  const std::uint64_t offset = ordinal / kBlock * kBlock + order[ordinal % kBlock];
  return {kSource, kPartitionsOf[writer_.value_or(0)][partition], kStart + Signed(offset)};
}

void Stream::AddStep(std::uint64_t step, const Tables& tables, Batch* batch) const {
  batch->From(PositionOf(step));
  AddRecords(step, tables, batch);
}

void Stream::AddState(Random* random, std::uint64_t step, const Tables& tables,
                      Batch* batch) const {
  const std::int64_t row = Own(random->Below(kKeys));
  // Coarse and late by up to five: newer, older and equal versions.
  const std::int64_t version = Signed(step / 16) - Signed(random->Below(6));
  if (random->OneIn(5)) {
    batch->Delete(tables.state, {row}, {.version = version});
  } else if (random->OneIn(4)) {
    const Key event_id("event", Own(step), Signed(random->Below(1000)));
    batch->Upsert(tables.state, {row}, Value(random), {.version = version, .event_id = event_id});
  } else {
    batch->Upsert(tables.state, {row}, Value(random), {.version = version});
  }
}

void Stream::AddLog(Random* random, std::uint64_t step, const Tables& tables, Batch* batch) const {
  if (random->OneIn(8)) {  // mostly conflicts, some duplicates
    const std::string value = random->OneIn(3) ? "same" : Value(random);
    batch->Insert(tables.log, {"often", Own(random->Below(20))}, value);
  } else {
    batch->Insert(tables.log, {"once", Own(step)}, Value(random));
  }
}

// No two events bring the same new row: the second would be a duplicate of the row, which does not
// note its event, so that what it is told when it comes again depends on who had that event since.
void Stream::AddPayment(Random* random, std::uint64_t step, std::uint64_t place,
                        const Tables& tables, Batch* batch) const {
  const bool repeated = random->OneIn(6);
  const std::uint64_t event = repeated ? random->Below(50) : 1000 + step;
  const std::uint64_t own = step * kRecordsMax + place;
  const std::uint64_t row = repeated && random->OneIn(2) ? 1'000'000 + event : own;
  const std::string value = repeated && random->OneIn(2) ? "again" : Value(random);
  const Key event_id(Own(event));
  batch->Insert(tables.payments, {"payment", Own(row)}, value, {.event_id = event_id});
}

void Stream::AddRecords(std::uint64_t step, const Tables& tables, Batch* batch) const {
  Random random(Mix(seed_, step));
  for (std::uint64_t left = random.Below(kRecordsMax); left > 0; --left) {
    const std::uint64_t dice = random.Below(20);
    if (writer_ && random.OneIn(8)) {
      AddShared(&random, step, tables, batch);
    } else if (dice < 10) {
      AddState(&random, step, tables, batch);
    } else if (dice < 14) {
      AddLog(&random, step, tables, batch);
    } else if (dice < 19) {
      AddPayment(&random, step, left, tables, batch);
    } else {
      batch->Reject(tables.state, "{torn " + std::to_string(Own(step)), "not a record");
    }
  }
}

std::vector<std::string> Stream::CheckpointsAfter(std::uint64_t steps) const {
  std::vector<std::string> lines;
  for (std::uint64_t p = 0; p < kPartitions; ++p) {
    std::vector<std::int64_t> done;
    for (std::uint64_t step = p; step < steps; step += kPartitions) {
      done.push_back(PositionOf(step).offset);
    }
    if (done.empty()) continue;
    std::sort(done.begin(), done.end());
    Checkpoint expected;
    expected.source = kSource;
    expected.partition = kPartitionsOf[writer_.value_or(0)][p];
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

std::vector<Checkpoint> Stream::OwnOf(const std::vector<Checkpoint>& checkpoints) const {
  std::vector<Checkpoint> own;
  for (const PartitionRef& partition : kPartitionsOf[writer_.value_or(0)]) {
    std::copy_if(checkpoints.begin(), checkpoints.end(), std::back_inserter(own),
                 [&](const Checkpoint& each) { return each.partition == Partition(partition); });
  }
  return own;
}

std::uint32_t StepsDone(const std::vector<Checkpoint>& checkpoints) {
  std::int64_t steps = 0;
  for (const Checkpoint& checkpoint : checkpoints) {
    steps += checkpoint.next - checkpoint.start;
    for (const OffsetRange& range : checkpoint.done) steps += range.end - range.begin;
  }
  return static_cast<std::uint32_t>(steps);
}

void Offer(const Stream& stream, const Tables& tables, std::uint64_t from, std::uint64_t to,
           Random* random, Batch* batch) {
  batch->Clear();
  if (from > 0 && random->OneIn(3)) {
    const bool positions = random->OneIn(2);
    if (!positions) batch->FromNowhere();
    for (std::uint64_t count = random->Below(10); count > 0; --count) {
      const std::uint64_t back = random->Below(std::min<std::uint64_t>(from, 200));
      const std::uint64_t step = from - 1 - back;
      if (positions) stream.AddStep(step, tables, batch);
      if (!positions) stream.AddRecords(step, tables, batch);
    }
  }
  for (std::uint64_t step = from; step < to; ++step) stream.AddStep(step, tables, batch);
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
