// SPDX-License-Identifier: Apache-2.0
#include "crash/writers.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>

#include "crash/state.h"
#include "crash/timer.h"

namespace idem::crash {
namespace {

constexpr std::uint64_t kStepsPerCommitMax = 5;

// Says why in the shared page; the first failure counts.
bool Fail(const WritersLife& life, const std::string& why) {
  if (!life.page->failed.exchange(true)) {
    std::snprintf(life.page->failure, sizeof(life.page->failure), "%s", why.c_str());
  }
  return false;
}

// Winds the timer when the victim is as far as it should be.
class Alarm {
 public:
  explicit Alarm(const WritersKill& kill) : kill_(kill) {}
  void operator()(Moment moment) {
    if (moment == kill_.at && ++reached_ == kill_.times) WindTheTimer(kill_.micros);
  }

 private:
  const WritersKill kill_;
  std::atomic<std::uint32_t> reached_ = 0;
};

// One thread that ingests one stream.
class Writer {
 public:
  Writer(const WritersLife* life, std::size_t number, IdempotentSink* sink, const Tables* tables)
      : life_(life),
        stream_((*life->streams)[number]),
        own_(life->page->writers[number]),
        sink_(sink),
        tables_(tables),
        random_(Mix(life->seed, number)),
        batch_(StreamOptions().limits) {}

  void Run() {
    for (std::uint64_t n = 0; n < life_->commits_max && own_.acked.load().steps < stream_.steps();
         ++n) {
      if (life_->page->failed || !CommitNext()) return;
      if (random_.OneIn(8) && !RepeatSome()) return;
      if (random_.OneIn(15) && !Ok("Flush", sink_->Flush())) return;
    }
  }

 private:
  template <typename T>
  bool Ok(const std::string& what, const Result<T>& result) {
    return result ? true : Fail(*life_, what + ": " + result.error().ToString());
  }

  bool CommitNext() {
    const Progressed before = own_.acked;
    const std::uint64_t to = std::min<std::uint64_t>(
        stream_.steps(), before.steps + 1 + random_.Below(kStepsPerCommitMax));
    Offer(stream_, *tables_, before.steps, to, &random_, &batch_);
    CommitOptions options;
    options.durability = random_.OneIn(12) ? Durability::kSync : Durability::kAsync;
    options.bulk = random_.OneIn(60);
    own_.started_steps = static_cast<std::uint32_t>(to);
    const Result<CommitReport> report = sink_->Commit(batch_, options);
    if (!Ok("Commit", report)) return false;
    if (report->commit() <= before.commit) {
      return Fail(*life_, "commit " + std::to_string(report->commit()) + " came after " +
                              std::to_string(before.commit));
    }
    own_.acked =
        Progressed{static_cast<std::uint32_t>(report->commit()),
                   static_cast<std::uint16_t>(before.commits + 1), static_cast<std::uint16_t>(to)};
    NoteSeen();
    return !random_.OneIn(10) || Ok("WaitDurable", sink_->WaitDurable(report->commit()));
  }

  // What was acknowledged is a replay, and it is told so from memory while others write.
  bool RepeatSome() {
    const std::uint64_t steps = own_.acked.load().steps;
    batch_.Clear();
    for (std::uint64_t count = 1 + random_.Below(5); count > 0; --count) {
      stream_.AddStep(random_.Below(steps), *tables_, &batch_);
    }
    const Result<CommitReport> report = sink_->Commit(batch_, {.durability = Durability::kAsync});
    if (!Ok("Commit of a repeat", report)) return false;
    if (report->count(Verdict::kReplayed) + report->count(Verdict::kInvalid) == batch_.size()) {
      return true;
    }
    return Fail(*life_, "what was acknowledged is new again");
  }

  // Whoever asks may rely on what is there, whoever has committed it.
  void NoteSeen() {
    const auto commit = static_cast<std::uint32_t>(sink_->ReadMetrics().commit);
    std::uint32_t seen = life_->page->seen;
    while (seen < commit && !life_->page->seen.compare_exchange_weak(seen, commit)) {
    }
  }

  const WritersLife* const life_;
  const Stream& stream_;
  WritersPage::Writer& own_;
  IdempotentSink* const sink_;
  const Tables* const tables_;
  Random random_;
  Batch batch_;
};

// What an opening has found, against what the writers were told. Invariants 4 and 5 for kill -9.
class Finding {
 public:
  Finding(const WritersLife& life, const IdempotentSink& sink)
      : life_(life), sink_(sink), snapshot_(sink.NewSnapshot().value()) {}

  bool Check() {
    const std::vector<Checkpoint> checkpoints = snapshot_.Checkpoints().value();
    for (std::size_t i = 0; i < life_.streams->size(); ++i) {
      if (!CheckWriter(i, (*life_.streams)[i].OwnOf(checkpoints))) return false;
    }
    if (life_.page->set_up == 0) return true;
    return CheckNumbers() && CheckContent() && CheckDerived();
  }

  // What was found after an opening may not vanish later either.
  void Accept() const {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      WritersPage::Writer& writer = life_.page->writers[i];
      if (found_[i].steps > writer.acked.load().steps) ++life_.page->unacknowledged_found;
      writer.acked = found_[i];
    }
  }

 private:
  // All that it was told of is there, and of the commit in flight all or nothing.
  bool CheckWriter(std::size_t number, const std::vector<Checkpoint>& own) {
    const WritersPage::Writer& writer = life_.page->writers[number];
    const std::uint32_t steps = StepsDone(own);
    std::uint64_t last = 0;
    for (const Checkpoint& checkpoint : own) last = std::max(last, checkpoint.commit);
    Progressed found = writer.acked;
    const std::string told = "writer " + std::to_string(number) + ", acknowledged: commit " +
                             std::to_string(found.commit) + " with " + std::to_string(found.steps) +
                             " steps, in flight up to " + std::to_string(writer.started_steps) +
                             "; found: commit " + std::to_string(last) + " with " +
                             std::to_string(steps) + " steps";
    if (steps != found.steps && steps != writer.started_steps) {
      return Fail(life_, "neither what was acknowledged nor that and one commit: " + told);
    }
    if (steps != found.steps) {
      if (last <= found.commit) return Fail(life_, "its number is too low: " + told);
      found = {static_cast<std::uint32_t>(last), static_cast<std::uint16_t>(found.commits + 1),
               static_cast<std::uint16_t>(steps)};
    }
    if (last != found.commit) return Fail(life_, "another number than was told: " + told);
    found_.push_back(found);
    return true;
  }

  // Each number up to the last one is that of one commit that is there: no later commit without all
  // before it.
  bool CheckNumbers() const {
    std::uint64_t expected = life_.page->set_up;
    for (const Progressed& writer : found_) expected += writer.commits;
    const std::string found = "found commit " + std::to_string(snapshot_.commit());
    if (snapshot_.commit() != expected) {
      return Fail(life_, "not a prefix of the commits: " + found + ", but the checkpoints are of " +
                             std::to_string(expected));
    }
    if (snapshot_.commit() < life_.page->seen) {
      return Fail(life_, found + ", and " + std::to_string(life_.page->seen) + " was seen");
    }
    return true;
  }

  bool CheckContent() const {
    std::vector<std::uint32_t> steps;
    for (const Progressed& writer : found_) steps.push_back(writer.steps);
    const std::vector<std::string> lines = DescribeStore(sink_).value();
    const std::vector<std::string> expected = ContentAfter(*life_.streams, steps);
    const auto [found, wanted] =
        std::mismatch(lines.begin(), lines.end(), expected.begin(), expected.end());
    if (found == lines.end() && wanted == expected.end()) return true;
    return Fail(life_, "at commit " + std::to_string(snapshot_.commit()) +
                           " the content is not that of the steps; found\n  " +
                           (found == lines.end() ? "nothing" : found->substr(0, 400)) +
                           "\nfor\n  " +
                           (wanted == expected.end() ? "nothing" : wanted->substr(0, 400)));
  }

  bool CheckDerived() const {
    if (!life_.verify) return true;
    const VerifyReport report = snapshot_.Verify().value();
    return report.ok() ? true : Fail(life_, "Verify: " + report.findings.front().what);
  }

  const WritersLife& life_;
  const IdempotentSink& sink_;
  const Snapshot snapshot_;
  std::vector<Progressed> found_;
};

void WriteSideBySide(const WritersLife& life, IdempotentSink* sink, const Tables& tables) {
  std::vector<Writer> writers;
  writers.reserve(life.streams->size());
  for (std::size_t i = 0; i < life.streams->size(); ++i) {
    writers.emplace_back(&life, i, sink, &tables);
  }
  std::vector<std::thread> threads;
  for (Writer& writer : writers) threads.emplace_back([&writer] { writer.Run(); });
  for (std::thread& thread : threads) thread.join();
}

bool LiveWithin(const WritersLife& life) {
  Alarm alarm(life.kill);
  const Reached reached = [&alarm](Moment moment) { alarm(moment); };
  const auto enter = [&](Moment moment) {
    life.page->phase = moment;
    reached(moment);
  };
  enter(Moment::kOpening);
  WatchedClock clock(&life.page->sight, reached);
  SinkOptions options = StreamOptions();
  options.clock = &clock;
  options.background_sync = life.seed % 2 == 0;
  auto sink = life.opener(life.directory, options, &life.page->sight, reached);
  if (!sink) return Fail(life, "Open: " + sink.error().ToString());
  {
    Finding finding(life, **sink);
    if (!finding.Check()) return false;
    finding.Accept();
  }
  const Result<Tables> tables = OpenTables(sink->get());
  if (!tables) return Fail(life, "OpenTable: " + tables.error().ToString());
  if (life.page->set_up == 0) {
    life.page->set_up = static_cast<std::uint32_t>((*sink)->ReadMetrics().commit);
  }
  enter(Moment::kBetween);
  WriteSideBySide(life, sink->get(), *tables);
  if (life.page->failed) return false;
  enter(Moment::kClosing);
  sink->reset();
  return true;
}

}  // namespace

Moment WritersPage::DiedAt() const {
  if (phase != Moment::kBetween) return phase;
  if (sight.writing) return sight.beside ? Moment::kBeside : Moment::kWriting;
  return sight.syncing ? Moment::kSyncing : Moment::kBetween;
}

std::vector<std::string> ContentAfter(const std::vector<Stream>& streams,
                                      const std::vector<std::uint32_t>& steps) {
  const auto sink = IdempotentSink::OpenInMemory(StreamOptions()).value();
  const Tables tables = OpenTables(sink.get()).value();
  Batch batch;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    batch.Clear();
    for (std::uint64_t step = 0; step < steps[i]; ++step) streams[i].AddStep(step, tables, &batch);
    sink->Commit(batch).value();
  }
  return DescribeStore(*sink).value();
}

std::string_view ToString(Moment moment) {
  constexpr std::array<std::string_view, kMoments> kNames = {
      "opening", "between", "writing", "deciding beside a write", "syncing", "closing"};
  return kNames[static_cast<std::size_t>(moment)];
}

Ending LiveAsWriters(const WritersLife& life) {
  life.page->sight.writing = life.page->sight.syncing = false;  // of the life before
  return LiveOneLife([&life] { return LiveWithin(life); },
                     [&life](const std::string& why) { Fail(life, why); });
}

}  // namespace idem::crash
