// SPDX-License-Identifier: Apache-2.0
#include "decay/host.h"

#include <iterator>
#include <utility>

#include "crash/state.h"
#include "support/random.h"

namespace idem::decay {
namespace {

using testing::Mix;
using testing::Random;

constexpr std::string_view kSource = "stream";
constexpr std::uint64_t kStepsPerCommit = 2;
constexpr std::uint64_t kSteps = kCommits * kStepsPerCommit;
constexpr std::uint64_t kPartitions = 2;
constexpr std::int64_t kStateKeys = 12;

struct Tables {
  Table state;     // upsert, with deletes
  Table log;       // append
  Table payments;  // append with event ids, some of them repeated
};

class StoppedClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override { return 1'700'000'000'000'000; }
  std::int64_t SteadyNanos() noexcept override { return 0; }
};

Result<Tables> OpenTables(IdempotentSink* sink) {
  Result<Table> state = sink->OpenTable("state", {.mode = TableMode::kUpsert});
  if (!state) return state.error();
  Result<Table> log = sink->OpenTable("log", {.mode = TableMode::kAppend});
  if (!log) return log.error();
  Result<Table> payments = sink->OpenTable("payments", {.mode = TableMode::kAppend});
  if (!payments) return payments.error();
  return Tables{*state, *log, *payments};
}

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string Value(Random* random) {
  std::string value(4 + random->Below(12), '.');
  for (char& c : value) c = static_cast<char>('a' + random->Below(26));
  return value;
}

Key PaymentEvent(std::uint64_t step) {
  return Key("event", Signed(step % 7 == 6 ? step - 4 : step));
}

// The offsets of a partition come in pairs, the second one first: so checkpoints have holes.
Position PositionOf(std::uint64_t step) {
  const std::uint64_t ordinal = step / kPartitions;
  return {kSource, PartitionRef(Signed(step % kPartitions)), Signed(ordinal ^ 1)};
}

void AddRecords(std::uint64_t step, const Tables& tables, Batch* batch) {
  Random random(Mix(11, step));
  const std::int64_t row = Signed(random.Below(kStateKeys));
  if (step % 6 == 5) {
    batch->Delete(tables.state, {row}, {.version = Signed(step)});
  } else {
    batch->Upsert(tables.state, {row}, Value(&random), {.version = Signed(step)});
  }
  if (step % 2 == 0) batch->Insert(tables.log, {"line", Signed(step)}, Value(&random));
  const Key event = PaymentEvent(step);
  if (step % 3 != 0) {
    batch->Insert(tables.payments, {Signed(step)}, Value(&random), {.event_id = event});
  }
  if (step % 11 == 4) batch->Reject(tables.state, "{torn", "not a record");
}

Batch BatchOf(std::uint64_t number, const Tables& tables) {
  Batch batch;
  for (std::uint64_t i = 0; i < kStepsPerCommit; ++i) {
    const std::uint64_t step = number * kStepsPerCommit + i;
    batch.From(PositionOf(step));
    AddRecords(step, tables, &batch);
  }
  return batch;
}

bool HasToken(std::uint64_t number) { return number % 4 == 1; }

Result<CommitReport> CommitBatch(std::uint64_t number, const Tables& tables, IdempotentSink* sink) {
  const std::string request = "request " + std::to_string(number);
  CommitOptions options;
  if (HasToken(number)) options.token = BatchToken::Request(request);
  return sink->Commit(BatchOf(number, tables), options);
}

std::string Join(const CommitReport& report) {
  std::string line = "commit " + std::to_string(report.commit()) + ":";
  for (const Outcome& outcome : report.outcomes()) {
    line.append(" ").append(ToString(outcome.verdict)).append("/").append(ToString(outcome.reason));
  }
  return line;
}

// Reads one row by its key.
Result<void> Get(const Snapshot& snapshot, std::string_view table, const Key& key,
                 std::vector<std::string>* lines) {
  const auto row = snapshot.Get(table, key);
  if (!row) return row.error();
  lines->push_back("get " + std::string(table) + " " + key.ToString() + " " +
                   (*row ? (*row)->value : "absent"));
  return {};
}

Result<void> GetEverything(const Snapshot& snapshot, std::vector<std::string>* lines) {
  for (std::int64_t row = 0; row <= kStateKeys; ++row) {
    if (auto got = Get(snapshot, "state", Key(row), lines); !got) return got;
  }
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    if (auto got = Get(snapshot, "log", Key("line", Signed(step)), lines); !got) return got;
    if (auto got = Get(snapshot, "payments", Key(Signed(step)), lines); !got) return got;
  }
  return {};
}

}  // namespace

SinkOptions HostOptions() {
  static StoppedClock clock;
  SinkOptions options;
  options.on_invalid = InvalidPolicy::kQuarantine;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 1 << 20;
  options.filter_bytes = 64 << 10;
  options.clock = &clock;
  return options;
}

Result<void> Define(IdempotentSink* sink) {
  if (auto tables = OpenTables(sink); !tables) return tables.error();
  return sink->DeclareSource(kSource, {});
}

Result<void> CommitNumber(std::uint64_t number, IdempotentSink* sink) {
  const Result<Tables> tables = OpenTables(sink);
  if (!tables) return tables.error();
  const auto report = CommitBatch(number, *tables, sink);
  if (!report) return report.error();
  return {};
}

Result<std::vector<std::string>> Ask(const IdempotentSink& sink) {
  const auto snapshot = sink.NewSnapshot();
  if (!snapshot) return snapshot.error();
  auto lines = crash::DescribeStore(sink);
  if (!lines) return lines.error();
  lines->push_back("commit " + std::to_string(snapshot->commit()));
  if (auto got = GetEverything(*snapshot, &*lines); !got) return got.error();
  const auto points = sink.ResumeFrom(kSource);
  if (!points) return points.error();
  for (const auto& [partition, next] : *points) {
    lines->push_back("resume " + partition.ToString() + " at " + std::to_string(next));
  }
  return lines;
}

Result<std::vector<std::string>> OfferAgain(IdempotentSink* sink) {
  const Result<Tables> tables = OpenTables(sink);
  if (!tables) return tables.error();
  std::vector<std::string> lines;
  Batch without;
  Batch with;
  for (std::uint64_t number = 0; number < kCommits; ++number) {
    for (std::uint64_t i = 0; i < kStepsPerCommit; ++i) {
      const std::uint64_t step = number * kStepsPerCommit + i;
      AddRecords(step, *tables, &without);
      with.From(PositionOf(step));
      AddRecords(step, *tables, &with);
    }
    if (!HasToken(number)) continue;
    const auto report = CommitBatch(number, *tables, sink);
    if (!report) return report.error();
    lines.push_back("token: " + Join(*report));
  }
  for (const Batch* batch : {&std::as_const(without), &std::as_const(with)}) {
    const auto report = sink->Commit(*batch);
    if (!report) return report.error();
    lines.push_back("again: " + Join(*report));
  }
  auto after = Ask(*sink);
  if (!after) return after.error();
  std::move(after->begin(), after->end(), std::back_inserter(lines));
  return lines;
}

}  // namespace idem::decay
