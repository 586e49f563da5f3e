// SPDX-License-Identifier: Apache-2.0
#include "power/workload.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>

#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

namespace idem::power {
namespace {

constexpr std::uint64_t kStepsPerBatchMax = 5;
constexpr std::size_t kWriteBufferBytes = 64 << 10;  // the smallest that RocksDB takes

// Wall and steady time stand still, so that two runs write the same bytes.
class StoppedClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override {
    ++asked;
    return 1'700'000'000'000'000;
  }
  std::int64_t SteadyNanos() noexcept override { return 0; }

  std::atomic<std::uint64_t> asked = 0;
};

StoppedClock* TheClock() {
  static StoppedClock clock;
  return &clock;
}

// A memory store that takes a mark of its content after each commit.
class MarkingStore final : public testing::FrontStore {
 public:
  explicit MarkingStore(std::vector<ContentMark>* marks)
      : FrontStore(storage::NewMemoryStore()), marks_(marks) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    Result<void> committed = FrontStore::Commit(plan, durability);
    if (!committed) return committed;
    running_.Apply(plan);
    marks_->push_back(running_.mark());
    return committed;
  }

 private:
  RunningMark running_;
  std::vector<ContentMark>* marks_;
};

void Check(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace

std::string ResumePoints(const IdempotentSink& sink) {
  std::string text;
  const auto points = sink.ResumeFrom(crash::kSource).value();
  for (const auto& [partition, next] : points) {
    text += partition.ToString() + "@" + std::to_string(next) + " ";
  }
  return text;
}

std::string Digests(const IdempotentSink& sink) {
  std::string text;
  for (const TableInfo& table : sink.NewSnapshot().value().Tables().value()) {
    text += table.name + "=" + table.digest.ToHex() + " ";
  }
  return text;
}

Workload::Workload(std::uint64_t seed, std::size_t batches, std::size_t writers) : seed_(seed) {
  std::vector<std::uint64_t> steps(writers);
  for (std::size_t i = 0; i < batches; ++i) {
    std::uint64_t& step = steps[i % writers];
    const std::uint64_t end = step + 1 + Dice(i, 0, kStepsPerBatchMax);
    batches_.push_back({i % writers, step, end});
    step = end;
  }
  for (std::size_t i = 0; i < writers; ++i) {
    streams_.emplace_back(seed + i, steps[i], writers == 1 ? std::nullopt : std::optional(i));
  }
  RunInMemory();
}

SinkOptions Workload::Options() {
  SinkOptions options = crash::StreamOptions();
  options.write_buffer_bytes = kWriteBufferBytes;
  options.cache_bytes = 1 << 20;
  options.filter_bytes = 64 << 10;
  options.clock = TheClock();
  return options;
}

std::uint64_t Workload::Decisions() { return TheClock()->asked; }

std::uint64_t Workload::Dice(std::uint64_t commit, std::uint64_t which, std::uint64_t sides) const {
  return testing::Mix(testing::Mix(seed_, 1000 + which), commit) % sides;
}

// Some workloads sync each commit, some a few of them, some none.
Durability Workload::DurabilityOf(std::uint64_t commit) const {
  if (IsBulk(commit)) return Durability::kSync;
  constexpr std::uint64_t kSyncsOf12[] = {3, 12, 1, 6};
  const std::uint64_t syncs = kSyncsOf12[seed_ % 4];
  return Dice(commit, 1, 12) < syncs ? Durability::kSync : Durability::kAsync;
}

bool Workload::IsBulk(std::uint64_t commit) const {
  return IsBatch(commit) && Dice(commit, 5, 8) == 0;
}

bool Workload::FlushesAfter(std::uint64_t commit) const { return Dice(commit, 2, 10) == 0; }

bool Workload::IsPaired(std::uint64_t commit) const {
  return streams_.size() > 1 && IsBatch(commit) && (commit - definitions_) % 2 == 1 &&
         commit < commits();
}

bool Workload::LetsJobsWaitAfter(std::uint64_t commit) const {
  return seed_ % 2 == 1 && Dice(commit, 3, 2) == 0;
}

void Workload::Fill(std::uint64_t commit, const crash::Tables& tables, Batch* batch) const {
  const Steps& steps = batches_[static_cast<std::size_t>(commit - definitions_ - 1)];
  batch->Clear();
  for (std::uint64_t step = steps.begin; step < steps.end; ++step) {
    streams_[steps.writer].AddStep(step, tables, batch);
  }
}

void Workload::FillAll(const crash::Tables& tables, Batch* batch) const {
  batch->Clear();
  for (const crash::Stream& stream : streams_) {
    for (std::uint64_t step = 0; step < stream.steps(); ++step) {
      stream.AddStep(step, tables, batch);
    }
  }
}

Result<CommitReport> Workload::Commit(std::uint64_t commit, const Batch& batch,
                                      IdempotentSink* sink) const {
  CommitOptions options;
  options.bulk = IsBulk(commit);
  options.durability = options.bulk ? Durability::kAsync : DurabilityOf(commit);
  const std::string label = "request " + std::to_string(commit);
  // What has a token waits for the commit beside it, so of several writers few have one.
  const std::uint64_t kind = Dice(commit, 4, streams_.size() == 1 ? 4 : 20);
  if (kind == 0) options.token = BatchToken::Request(label);
  if (kind == 1) options.token = BatchToken::Sequence("power", static_cast<std::int64_t>(commit));
  return sink->Commit(batch, options);
}

void Workload::RunInMemory() {
  marks_.emplace_back();
  const auto sink = SinkImpl::Open(std::make_shared<MarkingStore>(&marks_), Options()).value();
  const crash::Tables tables = Define(sink.get()).value();
  definitions_ = commits();
  resumes_.resize(marks_.size());
  Batch batch;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    const std::uint64_t commit = definitions_ + i + 1;
    Fill(commit, tables, &batch);
    Check(Commit(commit, batch, sink.get()).value().commit() == commit, "a batch is one commit");
    Check(commits() == commit && marks_.back().commit == commit, "a commit is one plan");
    resumes_.push_back(ResumePoints(*sink));
  }
  digests_ = Digests(*sink);
}

// The definitions are some commits in one call, so a state between them is that of a store which
// refuses the rest.
Entries Workload::ContentAfter(std::uint64_t commit) const {
  class StoppingStore final : public testing::FrontStore {
   public:
    explicit StoppingStore(std::uint64_t commits)
        : FrontStore(storage::NewMemoryStore()), left_(commits) {}
    Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
      if (left_ == 0) return Error(ErrorCode::kIoError, "that is all");
      --left_;
      return FrontStore::Commit(plan, durability);
    }

   private:
    std::uint64_t left_;
  };
  const auto store = std::make_shared<StoppingStore>(commit);
  const auto sink = SinkImpl::Open(store, Options()).value();
  const Result<crash::Tables> tables = Define(sink.get());
  Batch batch;
  for (std::uint64_t next = definitions_ + 1; tables && next <= commit; ++next) {
    Fill(next, *tables, &batch);
    Commit(next, batch, sink.get()).value();
  }
  return ContentOf(*store).value();
}

std::string Workload::DifferenceFrom(std::uint64_t commit, const storage::Store& store) const {
  const Result<Entries> found = ContentOf(store);
  return found ? Difference(*found, ContentAfter(commit)) : found.error().ToString();
}

}  // namespace idem::power
