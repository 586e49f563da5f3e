// SPDX-License-Identifier: Apache-2.0
#include "power/workload.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "codec/keyspace.h"
#include "codec/store_header.h"
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
  std::int64_t WallMicros() noexcept override { return 1'700'000'000'000'000; }
  std::int64_t SteadyNanos() noexcept override { return 0; }
};

// A memory store that keeps its content after each commit.
class RecordingStore final : public testing::FrontStore {
 public:
  explicit RecordingStore(std::vector<Entries>* contents)
      : FrontStore(storage::NewMemoryStore()), contents_(contents) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    Result<void> committed = FrontStore::Commit(plan, durability);
    if (committed) contents_->push_back(ContentOf(inner()).value());
    return committed;
  }

 private:
  std::vector<Entries>* contents_;
};

bool DiffersBetweenStores(std::string_view key) {
  return key == codec::SpaceKey(codec::Space::kFormat) ||
         key == codec::SpaceKey(codec::Space::kEpoch);
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes.substr(0, 40)) {
    text += kDigits[(c >> 4) & 15];
    text += kDigits[c & 15];
  }
  return text;
}

void Check(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace

Result<Entries> ContentOf(const storage::Store& store) {
  auto view = store.NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan({}, {});
  if (!cursor) return cursor.error();
  Entries content;
  for (;;) {
    Result<bool> next = (*cursor)->Next();
    if (!next) return next.error();
    if (!*next) return content;
    if (DiffersBetweenStores((*cursor)->key())) continue;
    content.emplace_hint(content.end(), (*cursor)->key(), (*cursor)->value());
  }
}

std::uint64_t CommitOf(const Entries& content) {
  const auto found = content.find(codec::SpaceKey(codec::Space::kLastCommit));
  std::uint64_t commit = 0;
  if (found != content.end() && !codec::DecodeFixed64(found->second, &commit)) return UINT64_MAX;
  return commit;
}

std::string Difference(const Entries& found, const Entries& expected) {
  std::size_t missing = 0;
  std::size_t foreign = 0;
  std::size_t changed = 0;
  std::string first;
  for (const auto& [key, value] : expected) {
    const auto at = found.find(key);
    if (at != found.end() && at->second == value) continue;
    (at == found.end() ? missing : changed) += 1;
    if (first.empty()) first = Hex(key);
  }
  for (const auto& [key, value] : found) {
    if (expected.contains(key)) continue;
    ++foreign;
    if (first.empty()) first = Hex(key);
  }
  return std::to_string(missing) + " entries missing, " + std::to_string(changed) + " different, " +
         std::to_string(foreign) + " foreign; the first has key " + first;
}

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

Workload::Workload(std::uint64_t seed, std::size_t batches) : seed_(seed), stream_(seed, 0) {
  std::uint64_t step = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::uint64_t end = step + 1 + Dice(i, 0, kStepsPerBatchMax);
    batches_.push_back({step, end});
    step = end;
  }
  stream_ = crash::Stream(seed, step);
  RunInMemory();
}

SinkOptions Workload::Options() {
  static StoppedClock clock;
  SinkOptions options = crash::StreamOptions();
  options.write_buffer_bytes = kWriteBufferBytes;
  options.cache_bytes = 1 << 20;
  options.filter_bytes = 64 << 10;
  options.clock = &clock;
  return options;
}

std::uint64_t Workload::Dice(std::uint64_t commit, std::uint64_t which, std::uint64_t sides) const {
  return testing::Mix(testing::Mix(seed_, 1000 + which), commit) % sides;
}

// Some workloads sync each commit, some a few of them, some none.
Durability Workload::DurabilityOf(std::uint64_t commit) const {
  constexpr std::uint64_t kSyncsOf12[] = {3, 12, 1, 6};
  const std::uint64_t syncs = kSyncsOf12[seed_ % 4];
  return Dice(commit, 1, 12) < syncs ? Durability::kSync : Durability::kAsync;
}

bool Workload::FlushesAfter(std::uint64_t commit) const { return Dice(commit, 2, 10) == 0; }

bool Workload::LetsJobsWaitAfter(std::uint64_t commit) const {
  return seed_ % 2 == 1 && Dice(commit, 3, 2) == 0;
}

void Workload::Fill(std::uint64_t commit, const crash::Tables& tables, Batch* batch) const {
  const Steps& steps = batches_[static_cast<std::size_t>(commit - definitions_ - 1)];
  batch->Clear();
  for (std::uint64_t step = steps.begin; step < steps.end; ++step) {
    stream_.AddStep(step, tables, batch);
  }
}

void Workload::FillAll(const crash::Tables& tables, Batch* batch) const {
  batch->Clear();
  for (std::uint64_t step = 0; step < stream_.steps(); ++step) {
    stream_.AddStep(step, tables, batch);
  }
}

Result<CommitReport> Workload::Commit(std::uint64_t commit, const Batch& batch,
                                      IdempotentSink* sink) const {
  CommitOptions options;
  options.durability = DurabilityOf(commit);
  const std::string label = "request " + std::to_string(commit);
  const std::uint64_t kind = Dice(commit, 4, 4);
  if (kind == 0) options.token = BatchToken::Request(label);
  if (kind == 1) options.token = BatchToken::Sequence("power", static_cast<std::int64_t>(commit));
  return sink->Commit(batch, options);
}

void Workload::RunInMemory() {
  contents_.emplace_back();
  const auto sink = SinkImpl::Open(std::make_shared<RecordingStore>(&contents_), Options()).value();
  const crash::Tables tables = Define(sink.get()).value();
  definitions_ = commits();
  resumes_.resize(contents_.size());
  Batch batch;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    const std::uint64_t commit = definitions_ + i + 1;
    Fill(commit, tables, &batch);
    Check(Commit(commit, batch, sink.get()).value().commit() == commit, "a batch is one commit");
    Check(commits() == commit && CommitOf(contents_.back()) == commit, "a commit is one plan");
    resumes_.push_back(ResumePoints(*sink));
  }
  digests_ = Digests(*sink);
}

}  // namespace idem::power
